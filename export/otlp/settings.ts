/** Where call records go as spans, and how many of them. */
export interface ForwardSettings {
  /** Address of an OTLP/HTTP receiver, `/v1/traces` is added where it has no path. */
  endpoint: string
  /** Share of traces to forward, 0..1. */
  sample: number
}

/** Share where none is given. */
export const SAMPLE_DEFAULT = 0.01
