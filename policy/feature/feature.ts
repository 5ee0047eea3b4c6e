import type { CallRecord, Protocol, ResponseFlag } from '../../model/call.ts'
import type { Decision, Refusing } from '../../model/decision.ts'
import type { CATALOGUE, Feature } from '../../model/feature.ts'
import type { Settings } from '../../model/policy.ts'
import type { CallControl, Endpoint } from './call-control.ts'
import type { Verdict } from './verdict.ts'

export { PASS, type Verdict, verdict } from './verdict.ts'

/**
 * The shape of a feature: how it judges calls, and what it does to those for which it is enforced. All of
 * it is pure: settings, a call, a state and a time go in, a verdict comes out, so that the same code serves
 * live taps, dry-runs and back-tests over recorded calls.
 */

/** What verdicts go by: columns of the call record, and what only the tap of a live call knows. */
export type JudgedCall = Pick<
  CallRecord,
  | 'ts'
  | 'duration_us'
  | 'ttfb_us'
  | 'source'
  | 'source_identity'
  | 'source_evidence'
  | 'destination'
  | 'destination_instance'
  | 'destination_zone'
  | 'protocol'
  | 'method'
  | 'path'
  | 'status'
  | 'outcome'
  | 'response_flags'
  | 'request_bytes'
  | 'attempt'
  | 'security'
> & {
  /** Rule of strict HTTP parsing that its messages broke, or empty. */
  readonly finding: string
  /** Values of a header field, by its name in small letters; absent if they are not known, as in a record. */
  header?: ((name: string) => readonly string[]) | undefined
  /** Value of a field by which taps speak to each other; undefined unless the call came from a tap of ours. */
  hopField?: ((name: string) => string | undefined) | undefined
  /** Its answer is an event stream, which may take any time. */
  readonly isStream?: boolean
  /** Another tap on its way refused it. */
  readonly refusedBeyond?: boolean
}

/**
 * When a feature is asked, in the order of a call's life; within one moment the catalogue's order counts.
 * `connect`, `request`, `route` and `admit` come before the call is sent: who may come in, then where it
 * goes, then whether there is room. `answer`: how the call, or one attempt, ended is known, and it may still
 * be sent again. `end`: it is over.
 */
export type Moment = 'connect' | 'request' | 'route' | 'admit' | 'answer' | 'end'

const RANKS: Readonly<Record<Moment, number>> = {
  connect: 0,
  request: 1,
  route: 2,
  admit: 3,
  // Both are asked at the end of a call that was not asked about before.
  answer: 4,
  end: 4,
}

export function rankOf(moment: Moment): number {
  return RANKS[moment]
}

/** Asked before the call is sent. */
export function isStart(moment: Moment): boolean {
  return RANKS[moment] < RANKS.end
}

/** How a refused call is answered, and the flag of its record. */
export interface Refusal {
  readonly status: number
  readonly flag: ResponseFlag
}

/** A mistake in one feature's settings: the parameter, and what to do. */
export interface SettingsFault {
  readonly name: string
  readonly message: string
  readonly hint: string
}

/** Decisions that the catalogue lists for a feature. */
export type DecisionOf<F extends Feature> = (keyof (typeof CATALOGUE)[F]['decisions'] & Decision) | 'pass'

/** What acts on live calls. All of it is called for treated calls of an enforced feature only. */
export interface Acts<Compiled, State> {
  /** The call begins. */
  begin?(compiled: Compiled, call: JudgedCall, control: CallControl): void
  /** An attempt is about to be sent. */
  send?(compiled: Compiled, call: JudgedCall, control: CallControl): void
  /**
   * Does what a verdict says; `pass` and refusals never come here.
   * @returns true if it was done, or the verdict to record in its place if it cannot be
   */
  act?(verdict: Verdict, compiled: Compiled, state: State, control: CallControl): boolean | Verdict
}

/** How a feature chooses among endpoints, before it is asked about the one that was chosen. */
export interface Routes<Compiled, State> {
  /** Endpoints that may take the call; none leaves the choice as it was. @param zone of endpoints without one of their own */
  narrow?<E extends Endpoint>(
    compiled: Compiled,
    state: State,
    call: JudgedCall,
    endpoints: readonly E[],
    zone: string,
    now_us: number,
  ): readonly E[]
  /** Place of the one that takes it, or undefined to leave it where it is. @param random from 0 to below 1 */
  pick?(
    compiled: Compiled,
    state: State,
    endpoints: readonly Endpoint[],
    random: () => number,
  ): number | undefined
}

/** Columns whose values a feature compares with bounds: a back-test groups calls by the stretch between them. */
export type Bounded = 'duration_us' | 'ttfb_us' | 'request_bytes'

/** What a back-test tells of a feature besides its verdicts. */
export interface BacktestFigures<Compiled, State> {
  /** A call with the decision `retry` is followed by what really came next. */
  again?(compiled: Compiled): { attempts: number; backoff_us: number }
  /** Endpoints as the feature would have treated them. */
  endpoints?(state: State): Iterable<{ endpoint: string; ejections: number; ejected_us: number }>
}

interface Judges<F extends Feature, Compiled, State> {
  readonly moment: Moment
  /** Protocols whose calls it understands; calls of others are not judged, and not counted as judged. */
  readonly protocols: 'all' | readonly Protocol[]
  /** A verdict depends on the call alone: a back-test judges each kind of call once. */
  readonly stateless: boolean
  /** Columns that verdicts go by, besides caller, method, route and outcome. */
  readonly columns: readonly (keyof JudgedCall & (keyof CallRecord | 'finding'))[]
  /** Fields of taps that it reads at the end of a call, when a request that is only relayed is gone. */
  readonly hopFields?: readonly string[]
  /** It has nothing to say of streams of events, whose length is no fault. */
  readonly sparesStreams?: true
  /** Bounds of these settings. */
  bounds?(settings: Settings<F>): Readonly<Partial<Record<Bounded, readonly (number | undefined)[]>>>
  readonly figures?: BacktestFigures<Compiled, State>
  /** Mistakes in settings that are well value by value. */
  check?(settings: Settings<F>): readonly SettingsFault[]
  compile(settings: Settings<F>): Compiled
  /** True if these settings never change a call, even when they are enforced. */
  neverActs?(compiled: Compiled): boolean
  /** Calls with the same scope share a state, as they would inside one tap. */
  scopeOf(call: JudgedCall): string
  /** Never depends on settings: callers with entries of their own may share it. */
  createState(): State
  /** @param now_us start of the call, or its end if `moment` says so; never runs backwards */
  decide(compiled: Compiled, state: State, call: JudgedCall, now_us: number): Verdict<DecisionOf<F>>
  /** How a call ended that was neither refused nor diverted at its start. */
  ended(compiled: Compiled, state: State, call: JudgedCall, now_us: number): void
}

/** True if a feature with decisions D may make one of `Some`. */
type May<D extends Decision, Some extends Decision> = [Extract<D, Some>] extends [never] ? false : true

type Refuses<D extends Decision> =
  May<D, Refusing> extends true ? { readonly refuses: Refusal } : { readonly refuses?: never }

type Chooses<D extends Decision, Compiled, State> =
  May<D, 'divert'> extends true
    ? { readonly routes: Routes<Compiled, State> }
    : { readonly routes?: Routes<Compiled, State> }

type Does<D extends Decision, Compiled, State> =
  May<D, 'cut' | 'retry' | 'queue'> extends true
    ? { readonly acts: Acts<Compiled, State> }
    : { readonly acts?: Acts<Compiled, State> }

/** A feature that may refuse, divert, cut, repeat or queue calls does not compile without what does so. */
export type FeatureModule<F extends Feature, Compiled, State> = Judges<F, Compiled, State> &
  Refuses<DecisionOf<F>> &
  Chooses<DecisionOf<F>, Compiled, State> &
  Does<DecisionOf<F>, Compiled, State>

/** A module with the types of its settings and states closed over: what drives features needs neither. */
export interface AnyModule extends Omit<Judges<Feature, unknown, unknown>, 'decide' | 'check' | 'bounds'> {
  check?(settings: Settings<Feature>): readonly SettingsFault[]
  bounds?(settings: Settings<Feature>): Readonly<Partial<Record<Bounded, readonly (number | undefined)[]>>>
  decide(compiled: unknown, state: unknown, call: JudgedCall, now_us: number): Verdict
  readonly refuses?: Refusal
  readonly routes?: Routes<unknown, unknown>
  readonly acts?: Acts<unknown, unknown>
}

/** HTTP, and what began as a request of HTTP. */
export const HTTP: readonly Protocol[] = ['http', 'websocket']

/** Bytes both ways for as long as it likes: a total time says nothing about it. */
export function isStream({ protocol, status, isStream }: JudgedCall): boolean {
  return isStream === true || status === '101' || protocol === 'websocket'
}

/** Scope of what the tap of a caller keeps about one service. */
export function callerScope(call: JudgedCall): string {
  return `${call.source}\x1f${call.destination}`
}

/** What speaks against an endpoint; a caller's mistake, a refusal or a caller that left never does. */
export function isFault({ outcome }: JudgedCall): boolean {
  return outcome === 'server_error' || outcome === 'timeout' || outcome === 'reset'
}
