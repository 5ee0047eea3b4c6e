import type { ResponseFlag } from '../../model/call.ts'
import type { Verdict } from './verdict.ts'

/** One address that a call may go to. */
export interface Endpoint {
  /** `host:port` as the call record writes it. */
  readonly label: string
  /** Empty if it has none of its own. */
  readonly zone: string
}

/**
 * All that a feature may do to a live call. Refusing is not here: a verdict that refuses is carried out by
 * whoever drives the features, with the status and flag of the module. Times are microseconds.
 */
export interface CallControl {
  /** Time until the deadline of the whole call; infinite without one. */
  readonly left_us: number
  /** Keeps the call for so long before it is sent. */
  hold(us: number): void
  /** Keeps the call until one that shares `line` has ended, first come first served. */
  waitInLine(line: unknown): void
  /**
   * Ends the call with a timeout, unless its answer has begun (`answer`) or is over (`end`) by then.
   * @param by `caller` if it is the caller's own limit, which never speaks against an endpoint
   */
  cutAfter(us: number, until: 'answer' | 'end', cut: Verdict<'cut'>, by?: 'policy' | 'caller'): void
  /** Ends a stream that is silent for so long. */
  limitSilence(us: number): void
  /** Keeps a request's body of up to so many bytes, so that it can be sent again. */
  keepBody(bytes: number): void
  /** Sends the call again after a wait. @returns false if that is not possible any more */
  sendAgain(after_us: number): boolean
  /** Adds a field to the request, in place of one by that name. */
  setHeader(name: string, value: string): void
  /** Adds a response flag to the record of this attempt. */
  addFlag(flag: ResponseFlag): void
}
