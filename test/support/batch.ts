import { randomBytes } from 'node:crypto'
import { BLOCK_CONTENT_TYPE } from '../../model/block-writer.ts'
import type { CallRecord } from '../../model/call.ts'
import { encodeRows } from '../../model/row.ts'
import { record } from './record.ts'

/** Batches as taps send them, for tests of the collector. */
export const TOKEN = 'a-token-for-tests-0123456789abcdef'

/** Rows whose path names the batch, each with ids of its own. */
export function batchRecords(rows: number, path: string, now_ms = Date.now()): CallRecord[] {
  const records: CallRecord[] = []
  for (let row = 0; row < rows; row++) {
    const ids = randomBytes(24).toString('hex')
    records.push(
      record({
        ts: now_ms * 1000 + row,
        path,
        trace_id: ids.slice(0, 32),
        span_id: ids.slice(32),
      }),
    )
  }
  return records
}

/** The same as the body of a batch. */
export function batchBody(rows: number, path: string, now_ms = Date.now()): Buffer {
  return encodeRows(batchRecords(rows, path, now_ms))
}

export interface Sent {
  tap?: string
  boot?: string
  seq?: number
  rows: number
  token?: string
  headers?: Record<string, string>
}

export function batchHeaders(sent: Sent): Record<string, string> {
  return {
    authorization: `Bearer ${sent.token ?? TOKEN}`,
    'content-type': BLOCK_CONTENT_TYPE,
    'x-tapmesh-tap': sent.tap ?? 'orders@test',
    'x-tapmesh-service': 'orders',
    'x-tapmesh-version': '0.1.0',
    'x-tapmesh-boot': sent.boot ?? '0123456789abcdef',
    'x-tapmesh-seq': String(sent.seq ?? 1),
    'x-tapmesh-rows': String(sent.rows),
    'x-tapmesh-now': String(Date.now() * 1000),
    ...sent.headers,
  }
}

export interface Answered {
  status: number
  body: {
    accepted?: number
    quarantined?: number
    duplicate?: boolean
    error?: { code: string; message: string; hint: string }
  }
  headers: Headers
}

/** POSTs a batch; throws where no answer comes. */
export async function post(url: string, body: string | Uint8Array, sent: Sent): Promise<Answered> {
  const answer = await fetch(`${url}/v1/calls`, {
    method: 'POST',
    body: typeof body === 'string' ? body : Buffer.from(body),
    headers: batchHeaders(sent),
  })
  return { status: answer.status, body: (await answer.json()) as Answered['body'], headers: answer.headers }
}
