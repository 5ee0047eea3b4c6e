import type { Act } from './acts.ts'

/** What the sides of a run wrote down of each call. Times are monotonic microseconds of the machine. */

/** A backend got a request, and is about to do this to it. */
export interface Receipt {
  receipt: string
  id: string
  attempt: number
  method: string
  act: Act
  status: number
  at_us: number
}

/** How it ended: all of the answer written, or the connection gone before. */
export interface Deed {
  receipt: string
  ended: 'done' | 'broken'
}

export interface ReceivedCall extends Receipt {
  /** Undefined where the backend was killed before it could tell. */
  ended: Deed['ended'] | undefined
}

/** What a caller saw. */
export interface SeenCall {
  id: string
  method: string
  /** Through the tap of a caller, or straight at the tap of a service. */
  by: 'shop' | 'intruder'
  began_us: number
  ended_us: number
  /** left: the caller went away by itself. error: no answer at all. */
  saw: 'complete' | 'cut' | 'error' | 'left'
  status: number
  /** Values of the fields that a tap writes into answers of its own. */
  flags: string
  denied: string
  /** The bytes are those that the backend sends: the good answer's, or the error's. */
  isWhole: boolean
  isError: boolean
  /** The backend got the bytes of the request that were sent. */
  arrivedWhole: boolean
  error: string
}

/** A record of the store. */
export interface StoredCall {
  id: string
  reporter: string
  span: string
  verdicts: readonly string[]
  revision: string
}

/** A time during which a backend was gone. */
export interface Gap {
  from_us: number
  to_us: number
}

export function readReceipts(text: string): ReceivedCall[] {
  const calls = new Map<string, ReceivedCall>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const entry = JSON.parse(line) as Receipt | Deed
    if ('id' in entry) calls.set(entry.receipt, { ...entry, ended: undefined })
    else calls.get(entry.receipt)!.ended = entry.ended
  }
  return [...calls.values()]
}
