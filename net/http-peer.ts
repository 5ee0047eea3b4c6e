import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'

/** One peer over HTTP, asked beside the calls: connections are kept, times and sizes have an end, nothing throws. */

export interface Question {
  method: 'GET' | 'POST'
  /** Below the path of the peer's address; begins with a slash. */
  path: string
  headers: Record<string, string>
  body?: Buffer | undefined
}

export interface Bounds {
  /** From the first byte written to the last byte of the answer. */
  deadline_ms: number
  answer_bytes_max: number
}

export type Reply =
  | { kind: 'answer'; status: number; headers: IncomingHttpHeaders; body: Buffer }
  /** `headers` are those of an answer that began and did not end. */
  | { kind: 'failed'; reason: string; headers: IncomingHttpHeaders | undefined; tooLarge: boolean }

export interface HttpPeer {
  ask(question: Question, bounds: Bounds, signal?: AbortSignal): Promise<Reply>
  close(): void
}

interface HttpModule {
  Agent: new (options: { keepAlive: boolean; maxSockets: number }) => Agent
  request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest
}

const RETRY_AFTER_MAX_S = 300

/**
 * node:http is loaded at the first use: a tap that asks nobody never pays for it.
 * @param url address of the peer, checked before
 * @param connections_max questions at the same time
 */
export async function openPeer(url: string, connections_max: number): Promise<HttpPeer> {
  const { hostname, port, protocol, pathname } = new URL(url)
  const http: HttpModule = protocol === 'https:' ? await import('node:https') : await import('node:http')
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections_max })
  const options: RequestOptions = {
    agent,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port || (protocol === 'https:' ? 443 : 80),
  }
  const below = pathname.replace(/\/$/, '')
  return {
    ask: ({ method, path, headers, body }, bounds, signal) =>
      askOnce(http, { ...options, method, path: below + path, headers, signal }, body, bounds),
    close: () => agent.destroy(),
  }
}

function askOnce(
  http: HttpModule,
  options: RequestOptions,
  body: Buffer | undefined,
  { deadline_ms, answer_bytes_max }: Bounds,
): Promise<Reply> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined
    let headers: IncomingHttpHeaders | undefined
    const done = (reply: Reply) => {
      clearTimeout(deadline)
      resolve(reply)
    }
    const failed = (reason: string, tooLarge = false) => done({ kind: 'failed', reason, headers, tooLarge })
    const deadline = setTimeout(() => {
      failed(`no answer within ${deadline_ms} ms`)
      request?.destroy()
    }, deadline_ms)
    try {
      request = http.request(options, (answer) => {
        headers = answer.headers
        readAnswer(answer, answer_bytes_max, done, failed)
      })
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
  bytes_max: number,
  done: (reply: Reply) => void,
  failed: (reason: string, tooLarge?: boolean) => void,
): void {
  const parts: Buffer[] = []
  let bytes = 0
  answer.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes <= bytes_max) parts.push(part)
    else {
      failed(`answer above ${bytes_max} bytes`, true)
      answer.destroy()
    }
  })
  answer.on('error', (error) => failed(error.message))
  answer.on('end', () =>
    done({
      kind: 'answer',
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: Buffer.concat(parts),
    }),
  )
}

/** Milliseconds of Retry-After; seconds only (RFC 9110 section 10.2.3): a date would tie the tap to its peer's clock. */
export function retryAfter_ms(headers: IncomingHttpHeaders): number {
  const value = headers['retry-after']
  return value !== undefined && /^[0-9]{1,6}$/.test(value)
    ? Math.min(Number(value), RETRY_AFTER_MAX_S) * 1000
    : 0
}

/** Doubling waits between tries, half of each random so that many taps do not come back at once. */
export function backOff_ms(failures: number, first_ms: number, longest_ms: number): number {
  const full_ms = Math.min(longest_ms, first_ms * 2 ** Math.min(failures, 16))
  return full_ms / 2 + (Math.random() * full_ms) / 2
}
