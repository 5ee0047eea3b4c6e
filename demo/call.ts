import type { Agent, IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'

/** One HTTP call as the shop's programs make it. */

export interface CallOptions {
  method?: string
  body?: Buffer | string
  headers?: Record<string, string>
  agent?: Agent
  localAddress?: string
  /** Gives up after so many milliseconds and closes the connection. */
  patience_ms?: number
  /** Closes the connection once this many bytes of the answer's body came, as a reader who goes away does. */
  leaveAfter_bytes?: number
}

export interface CallAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  /** False where the caller left before the end. */
  complete: boolean
}

const BODY_KEPT_MAX = 1_000_000

/** Rejects where no answer came: refused, reset, or out of patience. */
export function call(url: string, options: CallOptions = {}): Promise<CallAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: options.method ?? 'GET',
      headers: {
        ...options.headers,
        ...(options.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(options.body)) }),
      },
      ...(options.agent ? { agent: options.agent } : {}),
      ...(options.localAddress ? { localAddress: options.localAddress } : {}),
    })
    const timer =
      options.patience_ms === undefined
        ? undefined
        : setTimeout(() => sent.destroy(new Error('out of patience')), options.patience_ms)
    sent.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    sent.once('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const settle = (complete: boolean) => {
        clearTimeout(timer)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          complete,
        })
      }
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= BODY_KEPT_MAX) chunks.push(chunk)
        if (options.leaveAfter_bytes !== undefined && size >= options.leaveAfter_bytes) {
          settle(false)
          sent.destroy()
        }
      })
      response.once('end', () => settle(true))
      response.once('error', () => settle(false))
    })
    sent.end(options.body)
  })
}
