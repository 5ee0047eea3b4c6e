import type { ForwardSettings } from '../export/otlp/settings.ts'
import type { ListenerProtocol } from '../model/protocol.ts'
import type { Address, UpstreamAddress } from '../net/address.ts'

/** The tap's settings after checking: what config.ts makes of flags or a YAML file. Defaults are the safe ones. */

export interface TapSettings {
  /** Name of this tap, unique in the mesh; default `<service>@<host>`. */
  tap: string
  service: string
  zone: string
  version: string
  listeners: readonly ListenerSettings[]
  limits: Limits
  /** Where an unfixed port is taken, the next free one is used. */
  admin: { host: string; port: number; fixed: boolean }
  collector: CollectorSettings | undefined
  /** Where sampled calls go as spans; nothing of it is loaded where undefined. */
  otlp: ForwardSettings | undefined
  accessLog: { format: 'json' | 'text'; file: string | undefined } | undefined
  control: ControlSettings
  /** Where the certificate comes from; undefined: this tap speaks and takes no TLS of its own. */
  identity: IdentitySettings | undefined
  /** Names for callers by address, `10.0.0.7` or `10.0.0.0/24` -> service. */
  callers: ReadonlyMap<string, string>
  /** Seconds between SIGTERM and the end of every connection. */
  grace_s: number
  /** Seconds that connections of this process may go on once a successor serves new ones. */
  upgrade_grace_s: number
  /** Processes that relay calls; 1 is this process alone. */
  workers: number
  /** Milliseconds that the event loop may stand still before the process is ended; 0: for ever. */
  watchdog_ms: number
}

/** Where no admin port is named, taps on one machine take these one after the other. */
export const ADMIN_PORT_FIRST = 7402
export const ADMIN_PORTS_TRIED = 100

export interface CollectorSettings {
  url: string
  token: string | undefined
  /** Bytes of unsent batches kept before the oldest is dropped. */
  buffer_bytes_max: number
  /** Milliseconds between flushes. */
  flush_ms: number
}

export interface ControlSettings {
  /** False: no policy is pulled from the collector, and none that was kept is used. */
  enabled: boolean
  /** Folder of the last good policy; undefined: it is kept in memory alone. */
  state_dir: string | undefined
  /** While this file is there, calls go through a plain relay. */
  bypass_file: string | undefined
}

export type IdentitySettings =
  | { kind: 'files'; folder: string }
  /** A file is read at each try; `token` is as it was given. */
  | { kind: 'join'; token: string | undefined; file: string | undefined }

export interface ListenerSettings {
  name: string
  /** `inbound`: in front of the service. `outbound`: from the service to one destination. `forward-proxy`: for HTTP_PROXY. */
  kind: 'inbound' | 'outbound' | 'forward-proxy'
  listen: Address
  /** Upstream addresses or names; empty for a forward proxy. */
  to: readonly UpstreamAddress[]
  /** Service on the other side of an outbound listener; for inbound the tap's own service. */
  destination: string
  destination_zone: string
  /** `http` decodes; `opaque` relays bytes and records one call per connection. */
  protocol: ListenerProtocol
  /** True: not one byte of the traffic is changed, no trace header is added. */
  untouched: boolean
  /** Forward proxy only: host names, `*.suffix`, addresses or networks that may be reached. */
  allow: readonly string[]
}

/** Bounds of the terminating proxy; a passive listener ends nothing by them, and past connections_max it relays on. */
export interface Limits {
  head_bytes_max: number
  head_fields_max: number
  head_deadline_ms: number
  /** A body must bring at least body_progress_bytes in every body_progress_ms. */
  body_progress_bytes: number
  body_progress_ms: number
  idle_ms: number
  connect_ms: number
  /** Wait for the first byte of an answer; 0 is without end, since a passive tap must not decide this. */
  answer_ms: number
  connections_max: number
  routes_max: number
}

export const DEFAULT_LIMITS: Limits = {
  head_bytes_max: 16_384,
  head_fields_max: 100,
  head_deadline_ms: 10_000,
  body_progress_bytes: 1024,
  body_progress_ms: 10_000,
  idle_ms: 60_000,
  connect_ms: 5_000,
  answer_ms: 0,
  connections_max: 20_000,
  routes_max: 1000,
}
