import type { ForwardCounts } from '../../export/otlp/forwarder.ts'
import type { ForwardSettings } from '../../export/otlp/settings.ts'
import type { RoutedSink } from './routed-sink.ts'

/** The way of sampled calls to an OTLP endpoint, open as long as the tap. */
export interface OpenForward {
  sink: RoutedSink
  counts: ForwardCounts
  /** Sends what waits within the grace. */
  stop(grace_ms: number): Promise<void>
}

/**
 * Loads and opens what forwarding needs; undefined, and nothing loaded, where it is off.
 * @param onRefused told once when the endpoint begins to refuse
 * @throws TapmeshError TAPMESH_EXPORTER_MISSING
 */
export async function openForward(
  settings: ForwardSettings | undefined,
  tap: string,
  onRefused: (text: string) => void,
): Promise<OpenForward | undefined> {
  if (settings === undefined) return undefined
  const [{ Forwarder }, { SpanSink }] = await Promise.all([
    import('../../export/otlp/forwarder.ts'),
    import('./span-sink.ts'),
  ])
  const forwarder = await Forwarder.open(settings, onRefused)
  return {
    sink: new SpanSink(forwarder, tap),
    counts: forwarder.counts,
    stop: (grace_ms) => forwarder.stop(grace_ms),
  }
}
