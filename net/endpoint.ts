/** Where a call may go: one address that a socket can connect to; the same object for the same address while it is known. */
export interface Endpoint {
  /** An IP address; never a name. */
  readonly host: string
  readonly port: number
  /** `host:port` as the call record writes it. */
  readonly label: string
  /** Empty if the listener's own zone for the destination holds. */
  readonly zone: string
  /** Version of the service there, or empty. */
  readonly version: string
  /** Share of calls against the other endpoints. */
  readonly weight: number
  /** False if its source says that it takes no calls now. */
  readonly ready: boolean
  /** What it was found under, such as a host name: addresses of one name in two families are the same server. */
  readonly name: string
}

/**
 * Where endpoints of a service come from: configuration, DNS, and later files, Consul or Kubernetes.
 * A source keeps the last good list, and never throws.
 */
export interface EndpointSource {
  readonly name: 'static' | 'dns' | 'file' | 'consul' | 'kubernetes'
  /**
   * Calls back with every whole list, at least once, maybe before this returns.
   * @returns how to stop
   */
  watch(service: string, changed: (endpoints: readonly Endpoint[]) => void): () => void
}

/** A name with more addresses than this is cut: a tap is no place for an unbounded list. */
export const ENDPOINTS_MAX = 1024

export function labelOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An endpoint of which nothing but its address is known. */
export function endpointAt(host: string, port: number, name = host, zone = ''): Endpoint {
  return { host, port, label: labelOf(host, port), zone, version: '', weight: 1, ready: true, name }
}
