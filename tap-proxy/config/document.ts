import type { ListenerProtocol } from '../../model/protocol.ts'
import type { Address, UpstreamAddress } from '../../net/address.ts'
import type { Limits } from '../settings.ts'

/** What flags and YAML files have in common: every value checked for its own form, nothing filled in yet. */
export interface TapDocument {
  tap?: string | undefined
  service?: string | undefined
  zone?: string | undefined
  version?: string | undefined
  inbound?: InboundEntry[] | undefined
  outbound?: OutboundEntry[] | undefined
  forwardProxy?: ForwardProxyEntry[] | undefined
  admin?:
    | { host?: string | undefined; port?: number | undefined; beyondLoopback?: boolean | undefined }
    | undefined
  collector?:
    | {
        url: string
        token?: string | undefined
        tokenFile?: string | undefined
        buffer?: number | undefined
        flush?: number | undefined
      }
    | undefined
  control?: ControlEntry | undefined
  identity?: IdentityEntry | undefined
  otlp?: { endpoint: string; sample?: number | undefined } | undefined
  accessLog?: { format: 'json' | 'text'; file?: string | undefined } | undefined
  callers?: Record<string, string> | undefined
  limits?: Partial<Limits> | undefined
  /** Milliseconds. */
  grace?: number | undefined
  /** Milliseconds. */
  upgradeGrace?: number | undefined
  workers?: number | 'auto' | undefined
  /** Milliseconds. */
  watchdog?: number | undefined
}

export interface ControlEntry {
  enabled?: boolean | undefined
  stateDir?: string | undefined
  bypassFile?: string | undefined
}

/** Either files, or one way to a join token. */
export interface IdentityEntry {
  files?: string | undefined
  joinToken?: string | undefined
  joinTokenFile?: string | undefined
}

interface ListenerEntry {
  name?: string | undefined
  listen: Address
  protocol?: ListenerProtocol | undefined
  untouched?: boolean | undefined
}

export interface InboundEntry extends ListenerEntry {
  to: UpstreamAddress[]
}

export interface OutboundEntry extends InboundEntry {
  service?: string | undefined
  zone?: string | undefined
}

export interface ForwardProxyEntry extends Omit<ListenerEntry, 'protocol'> {
  allow?: string[] | undefined
}
