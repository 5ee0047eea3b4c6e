import type { ListenerProtocol } from '../model/protocol.ts'
import { http1 } from './http1.ts'
import { opaque } from './opaque.ts'
import type { Protocol } from './protocol.ts'

/** Every protocol that a listener can decode. */
const PROTOCOL_LIST: Readonly<Record<ListenerProtocol, Protocol>> = { http: http1, opaque }

export function protocolNamed(name: ListenerProtocol): Protocol {
  return PROTOCOL_LIST[name]
}
