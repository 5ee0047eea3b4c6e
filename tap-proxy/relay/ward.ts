import type { Outcome } from '../../model/call.ts'
import type { Target } from '../../net/resolve.ts'
import type { MtlsRule } from '../../net/secure.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { Source } from './source-book.ts'

/**
 * Where control meets the relay. A gate is asked once for each call before it is sent; where it has a
 * say it gives the call a ward, which is told how it goes. Without a gate the relay asks nobody.
 */

export interface Gate {
  /** True if an enforced feature has to act on calls of this listener: HTTP is terminated then. */
  readonly acts?: boolean
  /**
   * Passive path: judges a call that is relayed whatever the verdict.
   * @returns undefined if no feature judges this call
   */
  watch?(call: WatchedCall): Watch | undefined
  /** Sends the call on, to `target` or another of `targets`, holds it, or refuses it. */
  admit(call: GatedCall, target: Target, targets: readonly Target[]): void
}

/** Holds the gate in force, so that it can change between two calls while connections stay. */
export interface GateDoor {
  gate: Gate | undefined
  /** What is enforced about TLS between taps; undefined: nothing. */
  mtls?: MtlsRule | undefined
}

/** A call as a gate sees it, and what it may do with it. */
export interface GatedCall {
  readonly draft: Draft
  readonly source: Source
  /** Called service where the call itself names it (forward proxy). */
  readonly destination: string | undefined
  readonly target: Target | undefined
  /** Monotonic microseconds at which the attempt began. */
  readonly startedAt: number
  readonly active: boolean
  /** Counts the calls of this object, which is used again: what comes late can tell whose it was. */
  readonly serial: number
  readonly request: { readonly done: boolean }
  readonly answer: { readonly begun: boolean }
  ward: Ward | undefined
  /** Sends it. */
  dispatch(target: Target): void
  /** Sends it after `hold`, or another attempt after `again`. */
  release(target: Target): void
  /** Nothing more is read from the client until it is sent. */
  hold(): void
  /** Adds a field to the request before it is sent: `name: value\r\n`. */
  addField(field: string): void
  /** Values of every field of the request by that name, in small letters with its colon. */
  fields(name: string): readonly string[]
  /** Answers in the service's place; `denied` stands in `x-tapmesh-denied`. */
  fail(status: number, flags: string, outcome: Outcome, denied?: string): void
  /** Records the attempt that failed, and makes the call ready for the next one. */
  again(status: number, flags: string, outcome: Outcome): void
}

/** What a gate keeps of one call that it has a say in. */
export interface Ward {
  /** Longest silence of a stream, milliseconds; 0 without an end. */
  readonly idle_ms: number
  /** Body bytes that were sent and are kept for another attempt; empty where nothing is kept. */
  readonly kept: readonly Buffer[]
  /** Bytes of the body on their way, which are only valid now. */
  keep(bytes: Uint8Array, start: number, end: number): void
  /** The answer's head came: bytes[start..end). @returns true where it is not passed on, since the call is tried again */
  answered(status: number, bytes: Buffer, start: number, end: number): boolean
  /** The attempt failed without an answer. @returns true where the call is tried again */
  failed(flags: string, outcome: Outcome): boolean
  /**
   * The call, or one attempt of it, is over: what was said of it goes into the draft.
   * @returns a response flag to be added, or empty
   */
  ended(status: number, flags: string, outcome: Outcome, final: boolean): string
}

/** A call on the passive path, as its head came; features may read it while `Gate.watch` runs. */
export interface WatchedCall {
  readonly draft: Draft
  readonly source: Source
  /** Called service if the call itself names it (forward proxy). */
  readonly destination: string | undefined
  readonly target: Target | undefined
  /** Wall clock at the start of the call, microseconds since 1970. */
  readonly ts: number
  /** Values of every request field by that name, in small letters with its colon; valid during `Gate.watch` only. */
  fields(name: string): readonly string[]
}

/** Verdicts on one passive call. */
export interface Watch {
  /** The call ended as the draft says (status, outcome, duration_us, finding): writes `verdicts` and `config_version` into it. */
  ended(draft: Draft, now_us: number): void
}
