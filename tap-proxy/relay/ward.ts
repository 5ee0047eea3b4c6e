import type { Outcome, Protocol } from '../../model/call.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { MtlsRule } from '../../net/secure.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { Source } from './source-book.ts'

/**
 * Where control meets the relay. A gate is asked once for each call: before it is sent (`admit`), or while
 * it is only relayed (`watch`). If a policy concerns the call, the gate hears how it goes. Without a gate
 * the relay asks nobody.
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
  admit(call: GatedCall, target: Endpoint, targets: readonly Endpoint[]): void
  /** The strict parser refused a call that was not admitted, as `draft.finding` says: writes that verdict into the draft. */
  refused?(draft: Draft): void
}

/** Holds the gate in force, so that it can change between two calls while connections stay. */
export interface GateDoor {
  gate: Gate | undefined
  /** What is enforced about TLS between taps; undefined: nothing. */
  mtls?: MtlsRule | undefined
}

/** A call that goes through the terminating proxy, and what a gate may do with it. */
export interface GatedCall {
  readonly draft: Draft
  readonly source: Source
  /** Called service if the call itself names it (forward proxy). */
  readonly destination: string | undefined
  readonly target: Endpoint | undefined
  /** Monotonic microseconds at which the attempt began. */
  readonly startedAt: number
  readonly active: boolean
  /** Counts the calls of this object, which is used again: lets late callbacks detect another call. */
  readonly serial: number
  readonly request: { readonly done: boolean }
  readonly answer: { readonly begun: boolean }
  ward: CallHooks | undefined
  /** Sends it. */
  dispatch(target: Endpoint): void
  /** Sends it after `hold`, or another attempt after `again`. */
  release(target: Endpoint): void
  /** Pauses the client until `release`. */
  hold(): void
  /** Adds a field to the request before it is sent: `name: value\r\n`. */
  addField(field: string): void
  /** Values of every field of the request by that name, in small letters with its colon. */
  fields(name: string): readonly string[]
  /** Answers in the service's place; `denied` is the value of `x-tapmesh-denied`. */
  fail(status: number, flags: string, outcome: Outcome, denied?: string): void
  /** Records the attempt that failed, and makes the call ready for the next one. */
  again(status: number, flags: string, outcome: Outcome): void
}

/** What the relay tells a gate of an admitted call. */
export interface CallHooks {
  /** Longest silence of a stream, milliseconds; 0 without an end. */
  readonly idle_ms: number
  /** Body bytes that were sent and are kept for another attempt; empty if nothing is kept. */
  readonly kept: readonly Buffer[]
  /** Bytes of the body on their way, which are only valid now. */
  keep(bytes: Uint8Array, start: number, end: number): void
  /** The answer's head came: bytes[start..end). @returns true if it is not passed on, because the call is sent again */
  answered(status: number, bytes: Buffer, start: number, end: number): boolean
  /** The attempt failed without an answer. @returns true if the call is sent again */
  failed(flags: string, outcome: Outcome): boolean
  /**
   * The call, or one attempt of it, is over: writes its verdicts into the draft.
   * @returns a response flag to be added, or empty
   */
  ended(status: number, flags: string, outcome: Outcome, final: boolean): string
}

/** A call on the passive path, as its head came; features may read it while `Gate.watch` runs. */
export interface WatchedCall {
  readonly draft: Draft
  /** Absent: that of the listener. */
  readonly protocol?: Protocol | undefined
  readonly source: Source
  /** Called service if the call itself names it (forward proxy). */
  readonly destination: string | undefined
  readonly target: Endpoint | undefined
  /** Wall clock at the start of the call, microseconds since 1970. */
  readonly ts: number
  /** Values of every request field by that name, in small letters with its colon; valid during `Gate.watch` only. */
  fields(name: string): readonly string[]
}

/** Verdicts on one passive call. If there is a watch, it alone writes verdicts, that on a finding included. */
export interface Watch {
  /** The head of the final answer came, in bytes[start..end) that are valid only now; `draft.status` is set. */
  answered?(bytes: Buffer, start: number, end: number): void
  /** The call ended as the draft says (status, outcome, duration_us, finding): writes `verdicts` and `config_version` into it. */
  ended(draft: Draft, now_us: number): void
}
