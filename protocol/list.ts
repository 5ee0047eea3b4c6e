import { http1 } from './http1.ts'
import { opaque } from './opaque.ts'
import type { Protocol } from './protocol.ts'

/** Every protocol that a listener can decode, by the name its configuration uses. */
export const PROTOCOL_LIST = { http: http1, opaque } as const satisfies Readonly<Record<string, Protocol>>

export type ListenerProtocol = keyof typeof PROTOCOL_LIST

export function protocolNamed(name: ListenerProtocol): Protocol {
  return PROTOCOL_LIST[name]
}
