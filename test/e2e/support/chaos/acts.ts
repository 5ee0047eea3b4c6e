import { createHash } from 'node:crypto'
import { seeded } from '../../../../loadtest/bench/traffic/random.ts'

/**
 * The script of the faults: what a backend does to a call follows from seed, call and attempt alone, so
 * that a run can be made again and an attempt that is sent twice meets the same.
 */
export type Act = 'ok' | 'slow' | 'drip' | 'error' | 'reset' | 'half_head' | 'garbage' | 'cut_body'

/** Share of attempts, in thousands; the rest is `ok`. */
const SHARES: readonly (readonly [Act, number])[] = [
  ['slow', 40],
  ['drip', 30],
  ['error', 60],
  ['reset', 30],
  ['half_head', 20],
  ['garbage', 20],
  ['cut_body', 25],
]
const STATUSES = [500, 502, 503, 504]

/** Acts after which a complete answer is there. */
export const ANSWERING: ReadonlySet<Act> = new Set(['ok', 'slow', 'drip', 'error'])

export interface Plan {
  act: Act
  /** Of the answer; 200 unless it is an error. */
  status: number
  /** Before the answer, or from piece to piece, milliseconds. */
  wait_ms: number
  chunked: boolean
}

function random(seed: number, ...words: readonly (string | number)[]): () => number {
  return seeded(
    createHash('sha1')
      .update([seed, ...words].join('/'))
      .digest()
      .readUInt32LE(),
  )
}

export function planOf(seed: number, id: string, attempt: number): Plan {
  const next = random(seed, id, attempt)
  let left = next() * 1000
  let act: Act = 'ok'
  for (const [name, share] of SHARES) {
    if (left >= 0 && left < share) act = name
    left -= share
  }
  const status = act === 'error' ? STATUSES[Math.floor(next() * STATUSES.length)]! : 200
  const wait_ms = Math.round(act === 'slow' ? 20 + next() ** 2 * 900 : 5 + next() * 150)
  return { act, status, wait_ms, chunked: next() < 0.4 }
}

/** Body of the good answer to a call, whoever gives it: mostly small, now and then more than sockets hold. */
export function bodyOf(seed: number, id: string): Buffer {
  const next = random(seed, id, 'body')
  const size = next() < 0.1 ? 200_000 + Math.floor(next() * 300_000) : Math.floor(next() * 3000)
  return Buffer.alloc(size, `${id} `)
}

export const errorBody = (id: string): Buffer => Buffer.from(`the service failed at ${id}\n`)

export const digest = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')
