import { UNKNOWN_CALLER } from '../../model/call.ts'
import type { Values } from './span.ts'

/**
 * Who a span names at the other end of its call, by the semantic conventions; the deprecated
 * attributes of older instrumentations are read as well.
 */

const LOOPBACK = /^(localhost|127\.[0-9.]+|::1|\[::1\])$/

/** Host and port that a caller's span names, or empty. */
export function addressOf(values: Values): string {
  const host = values['server.address'] ?? values['net.peer.name'] ?? hostOf(values) ?? peerAddress(values)
  const port = values['server.port'] ?? values['net.peer.port'] ?? values['network.peer.port']
  if (host === undefined || host === '') return ''
  return port === undefined || port === '' ? host : `${host}:${port}`
}

function hostOf(values: Values): string | undefined {
  const url = values['url.full'] ?? values['http.url']
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}

function peerAddress(values: Values): string | undefined {
  return values['network.peer.address'] ?? values['net.sock.peer.addr'] ?? values['net.peer.ip']
}

/** Name the span itself gives the called service: `service.peer.name`, or the deprecated `peer.service`. */
export function namedPeer(values: Values): string | undefined {
  return values['service.peer.name'] || values['peer.service'] || undefined
}

/**
 * What an address is called where no service is known to answer there: its host, with the port on
 * loopback, where the host alone says nothing; a database's or queue's own name where there is no
 * address.
 */
export function nameOfAddress(address: string, values: Values): string {
  const host = address.replace(/:[0-9]+$/, '')
  if (host !== '') return LOOPBACK.test(host) ? address : host
  const system = values['db.system.name'] ?? values['db.system'] ?? values['messaging.system']
  return values['messaging.destination.name'] ?? system ?? 'unknown-peer'
}

/** Address of the caller, as a server's span tells it; empty where it does not. */
export function clientAddress(values: Values): string {
  return values['client.address'] ?? peerAddress(values) ?? ''
}

const MEMBER = /(?:^|,)\s*tapmesh=([^~,]+)~([0-9a-f]{16})\s*(?:,|$)/

/**
 * Caller of a server's span: the outbound tap's name in `tracestate`, believed only where its span
 * is the parent (as the inbound tap does), else unknown.
 */
export function callerOf(trace_state: string, parent_span_id: string): string {
  if (parent_span_id === '' || !trace_state.includes('tapmesh=')) return UNKNOWN_CALLER
  const [, name, span] = MEMBER.exec(trace_state) ?? []
  return name !== undefined && span === parent_span_id ? name : UNKNOWN_CALLER
}
