import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'

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
const RETRY_AFTER_MAX_S = 300
/** Refused, but by the moment and not by the batch. */
const RETRY_STATUSES = new Set([408, 425, 429])

interface HttpModule {
  Agent: new (options: { keepAlive: boolean; maxSockets: number }) => Agent
  request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest
}

/**
 * POSTs batches over one kept-alive connection. node:http is loaded at the first use: a tap without
 * a collector never pays for it. Never throws: whatever goes wrong is an answer.
 * @param deadline_ms from the first byte written to the last byte of the answer
 */
export async function createPost(url: string, deadline_ms: number): Promise<Post> {
  const { hostname, port, protocol, pathname } = new URL(url)
  const http: HttpModule = protocol === 'https:' ? await import('node:https') : await import('node:http')
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const options: RequestOptions = {
    agent,
    method: 'POST',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port || (protocol === 'https:' ? 443 : 80),
    path: `${pathname.replace(/\/$/, '')}/v1/calls`,
  }
  return {
    send: (body, headers) => sendOnce(http, { ...options, headers }, body, deadline_ms),
    close: () => agent.destroy(),
  }
}

function sendOnce(
  http: HttpModule,
  options: RequestOptions,
  body: Buffer,
  deadline_ms: number,
): Promise<Answer> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined
    const done = (answer: Answer) => {
      clearTimeout(deadline)
      resolve(answer)
    }
    const failed = (reason: string) => done({ kind: 'retry', reason, wait_ms: 0 })
    const deadline = setTimeout(() => {
      failed(`no answer within ${deadline_ms} ms`)
      request?.destroy()
    }, deadline_ms)
    try {
      request = http.request(options, (answer) => readAnswer(answer, done, failed))
      request.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message))
      request.on('close', () => failed('connection closed'))
      request.end(body)
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error))
    }
  })
}

function readAnswer(
  answer: IncomingMessage,
  done: (answer: Answer) => void,
  failed: (reason: string) => void,
): void {
  const parts: Buffer[] = []
  let bytes = 0
  answer.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes <= ANSWER_BYTES_MAX) parts.push(part)
    else answer.destroy()
  })
  answer.on('error', (error) => failed(error.message))
  answer.on('end', () => done(judge(answer, Buffer.concat(parts).toString('utf8'))))
}

function judge(answer: IncomingMessage, text: string): Answer {
  const status = answer.statusCode ?? 0
  if (status >= 200 && status < 300) return { kind: 'stored', quarantined: quarantinedIn(text) }
  if (status >= 500 || RETRY_STATUSES.has(status)) {
    return { kind: 'retry', reason: `status ${status}`, wait_ms: retryAfter(answer.headers['retry-after']) }
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

/** Seconds only (RFC 9110 section 10.2.3): a date would tie the tap to the collector's clock. */
function retryAfter(value: string | undefined): number {
  return value !== undefined && /^[0-9]{1,6}$/.test(value)
    ? Math.min(Number(value), RETRY_AFTER_MAX_S) * 1000
    : 0
}
