import { openPeer, type Reply, retryAfter_ms } from '../../net/http-peer.ts'

/** What the collector made of one batch. */
export type Answer =
  | { kind: 'stored'; quarantined: number }
  | { kind: 'poison'; status: number; text: string }
  | { kind: 'retry'; reason: string; wait_ms: number }

export interface Post {
  send(body: Buffer, headers: Record<string, string>): Promise<Answer>
  close(): void
}

const ANSWER_BYTES_MAX = 16_384
/** Refused, but by the moment and not by the batch. */
const RETRY_STATUSES = new Set([408, 425, 429])

/**
 * POSTs batches over one kept-alive connection. Never throws: whatever goes wrong is an answer.
 * @param deadline_ms from the first byte written to the last byte of the answer
 */
export async function createPost(url: string, deadline_ms: number): Promise<Post> {
  const peer = await openPeer(url, 1)
  const bounds = { deadline_ms, answer_bytes_max: ANSWER_BYTES_MAX }
  return {
    send: async (body, headers) =>
      judge(await peer.ask({ method: 'POST', path: '/v1/calls', headers, body }, bounds)),
    close: () => peer.close(),
  }
}

function judge(reply: Reply): Answer {
  if (reply.kind === 'failed') return { kind: 'retry', reason: reply.reason, wait_ms: 0 }
  const { status, headers } = reply
  const text = reply.body.toString('utf8')
  if (status >= 200 && status < 300) return { kind: 'stored', quarantined: quarantinedIn(text) }
  if (status >= 500 || RETRY_STATUSES.has(status)) {
    return { kind: 'retry', reason: `status ${status}`, wait_ms: retryAfter_ms(headers) }
  }
  return { kind: 'poison', status, text: text.slice(0, 200) }
}

function quarantinedIn(text: string): number {
  try {
    const { quarantined } = JSON.parse(text) as { quarantined?: unknown }
    return typeof quarantined === 'number' && quarantined > 0 ? quarantined : 0
  } catch {
    return 0
  }
}
