import { openPeer, type Reply, retryAfter_ms } from '../../net/http-peer.ts'

/** What the collector made of one batch. */
export type Answer =
  | { kind: 'stored'; quarantined: number }
  /** The collector examined the batch and found it bad: sending it again would not help. */
  | { kind: 'bad'; status: number; text: string }
  /** Every other refusal is a fault of configuration or of the moment. `code` is one of model/error.ts. */
  | { kind: 'retry'; reason: string; code: string; wait_ms: number }

export interface Post {
  send(body: Buffer, headers: Record<string, string>): Promise<Answer>
  close(): void
}

const ANSWER_BYTES_MAX = 16_384
const REASON_MAX = 200
/** Only these codes, in the collector's own form of an error, condemn a batch. */
const BAD_CODES: ReadonlySet<string> = new Set(['TAPMESH_BATCH_MALFORMED', 'TAPMESH_BATCH_TOO_LARGE'])
const UNAVAILABLE = 'TAPMESH_PEER_UNAVAILABLE'

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
  if (reply.kind === 'failed') return { kind: 'retry', reason: reply.reason, code: UNAVAILABLE, wait_ms: 0 }
  const { status, headers } = reply
  const answer = readJson(reply.body.toString('utf8'))
  if (status >= 200 && status < 300) return { kind: 'stored', quarantined: count(answer['quarantined']) }
  const { code, message } = (answer['error'] ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code !== 'string') {
    return { kind: 'retry', reason: `status ${status}`, code: UNAVAILABLE, wait_ms: retryAfter_ms(headers) }
  }
  const text = String(message).slice(0, REASON_MAX)
  if (BAD_CODES.has(code)) return { kind: 'bad', status, text: `${text} (${code})` }
  return { kind: 'retry', reason: `status ${status}, ${text}`, code, wait_ms: retryAfter_ms(headers) }
}

function readJson(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}
