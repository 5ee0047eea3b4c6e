/**
 * The protocols that calls are recorded in. A decoder of a protocol is in protocol/; what the rest of
 * the project has to know of it is this entry.
 */

/** What answers in a protocol: drawn on the map, and said of services that have no tap of their own. */
export const SERVER_KINDS = ['service', 'database', 'broker', 'cache'] as const
export type ServerKind = (typeof SERVER_KINDS)[number]

export interface ProtocolEntry {
  /** As people write it. */
  label: string
  server: ServerKind
  /** True if a listener can be configured for it by name. */
  listener: boolean
  /** Names of methods that are counted apart; others count as `__other__`. */
  methods: readonly string[]
}

export const PROTOCOL_CATALOGUE = {
  http: {
    label: 'HTTP/1.1',
    server: 'service',
    listener: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE'],
  },
  /** An HTTP call that became a WebSocket (RFC 6455). */
  websocket: { label: 'WebSocket', server: 'service', listener: false, methods: ['GET'] },
  /** Bytes relayed without decoding. */
  opaque: { label: 'TCP', server: 'service', listener: true, methods: [] },
  /** Work inside one service, told by its own spans: part of traces, never of the map. */
  internal: { label: 'internal', server: 'service', listener: false, methods: [] },
} as const satisfies Readonly<Record<string, ProtocolEntry>>

export type Protocol = keyof typeof PROTOCOL_CATALOGUE
export const PROTOCOLS = Object.keys(PROTOCOL_CATALOGUE) as readonly Protocol[]

export function isProtocol(name: string): name is Protocol {
  return Object.hasOwn(PROTOCOL_CATALOGUE, name)
}

/** Protocols that a listener's configuration may name. */
export type ListenerProtocol = {
  [P in Protocol]: (typeof PROTOCOL_CATALOGUE)[P]['listener'] extends true ? P : never
}[Protocol]

export const LISTENER_PROTOCOLS = PROTOCOLS.filter(
  (name): name is ListenerProtocol => PROTOCOL_CATALOGUE[name].listener,
)
