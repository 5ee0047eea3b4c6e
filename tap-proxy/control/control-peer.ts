import { CONTROL_STATE_BYTES_MAX, CONTROL_WAIT_S_MAX, type TapConfigStatus } from '../../model/control.ts'
import { openPeer, type Reply, retryAfter_ms } from '../../net/http-peer.ts'

/** Control as a tap sees it: a state is pulled by long poll, and what became of it is told. Never throws. */

export type Pulled =
  | { kind: 'state'; text: string; etag: string }
  /** Nothing changed while it waited. */
  | { kind: 'same' }
  /** The whole state cannot be read, or came in part; `etag` names it where it will not get better. */
  | { kind: 'broken'; reason: string; etag: string }
  /** This tap may not ask: 401 or 403. */
  | { kind: 'forbidden'; status: number }
  | { kind: 'away'; reason: string; wait_ms: number }

export interface ControlPeer {
  /** @param etag of the state at hand, or empty */
  pull(services: readonly string[], etag: string, signal: AbortSignal): Promise<Pulled>
  /** @returns false where nobody took it */
  report(status: TapConfigStatus): Promise<boolean>
  close(): void
}

export interface PeerTimes {
  /** What `Prefer: wait` asks for (RFC 7240 section 4.3). */
  wait_s: number
  /** Beyond the wait, for the state to arrive. */
  deadline_ms: number
}

export const PEER_TIMES: PeerTimes = { wait_s: CONTROL_WAIT_S_MAX, deadline_ms: 10_000 }

const ANSWER_BYTES_MAX = 16_384
/** A poll that waits and a status beside it. */
const CONNECTIONS_MAX = 2
const ETAG = /^(?:W\/)?"[\x21\x23-\x7e]{1,64}"$/

export async function openControlPeer(
  { url, token, tap }: { url: string; token: string | undefined; tap: string },
  { wait_s, deadline_ms }: PeerTimes,
): Promise<ControlPeer> {
  const peer = await openPeer(url, CONNECTIONS_MAX)
  const path = `/v1/config/${encodeURIComponent(tap)}`
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  return {
    async pull(services, etag, signal) {
      const reply = await peer.ask(
        {
          method: 'GET',
          path: `${path}?services=${services.map(encodeURIComponent).join(',')}`,
          headers: {
            ...authorization,
            accept: 'application/json',
            prefer: `wait=${wait_s}`,
            ...(etag === '' ? {} : { 'if-none-match': etag }),
          },
        },
        { deadline_ms: wait_s * 1000 + deadline_ms, answer_bytes_max: CONTROL_STATE_BYTES_MAX },
        signal,
      )
      return judge(reply)
    },
    async report(status) {
      const body = Buffer.from(JSON.stringify(status))
      const headers = {
        ...authorization,
        'content-type': 'application/json',
        'content-length': String(body.length),
      }
      const reply = await peer.ask(
        { method: 'POST', path: `${path}/status`, headers, body },
        { deadline_ms, answer_bytes_max: ANSWER_BYTES_MAX },
      )
      return reply.kind === 'answer' && reply.status >= 200 && reply.status < 300
    },
    close: () => peer.close(),
  }
}

function judge(reply: Reply): Pulled {
  const named = reply.headers?.etag ?? ''
  const etag = ETAG.test(named) ? named : ''
  if (reply.kind === 'failed') {
    if (reply.tooLarge)
      return { kind: 'broken', reason: `state above ${CONTROL_STATE_BYTES_MAX} bytes`, etag }
    // An answer that broke off is asked for again, so it is not named as seen.
    return reply.headers === undefined
      ? { kind: 'away', reason: reply.reason, wait_ms: 0 }
      : { kind: 'broken', reason: `state broke off: ${reply.reason}`, etag: '' }
  }
  const { status, headers, body } = reply
  if (status === 200) return { kind: 'state', text: body.toString('utf8'), etag }
  if (status === 304) return { kind: 'same' }
  if (status === 401 || status === 403) return { kind: 'forbidden', status }
  return { kind: 'away', reason: `status ${status}`, wait_ms: retryAfter_ms(headers) }
}
