import type { Protocol } from '../../model/call.ts'
import type { Side } from '../../model/feature.ts'
import { verdictText } from '../../model/verdict.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { Engine } from '../../policy/judging/engine.ts'
import { judgingFor, type LiveJudging } from '../../policy/judging/live-step.ts'
import type { States } from '../../policy/judging/states.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { Source } from '../relay/source-book.ts'
import type { Gate, GatedCall, Watch, WatchedCall } from '../relay/ward.ts'
import { CallPolicy, type PolicyContext } from './call-policy.ts'
import { CallWatch } from './call-watch.ts'
import { EndpointChoice } from './endpoint-choice.ts'
import { LiveCall } from './live-call.ts'

/** The policy in force at one listener. */
export interface GateSettings {
  engine: Engine
  revision: string
  side: Side
  /** Called service, unless calls name it themselves. */
  destination: string
  destination_zone: string
  /** Of calls that do not say theirs. */
  protocol: Protocol
  /** Some feature has to act on calls of this listener. */
  acts: boolean
}

/** What identifies who judges a call. */
interface Pair {
  readonly draft: Draft
  readonly source: Source
  readonly destination: string | undefined
}

/** Pairs of services whose steps are remembered; beyond it the cache is cleared. */
const PAIRS_MAX = 10_000
const NOBODY = Symbol('nobody judges')

export class ListenerGate implements Gate {
  readonly acts: boolean
  readonly #settings: GateSettings
  readonly #states: States
  readonly #context: PolicyContext
  readonly #judgings = new Map<Source, Map<string, LiveJudging | typeof NOBODY>>()
  #pairs = 0
  #lastSource: Source | undefined
  #lastLabel = ''
  #lastDestination = ''
  #lastProtocol: Protocol | undefined
  #lastJudging: LiveJudging | undefined

  constructor(settings: GateSettings, states: States, context: PolicyContext) {
    this.acts = settings.acts
    this.#settings = settings
    this.#states = states
    this.#context = context
  }

  admit(call: GatedCall, target: Endpoint, targets: readonly Endpoint[]): void {
    const { serial } = call
    const { revision, destination_zone: zone } = this.#settings
    try {
      const judging = this.#judgingOf(call, target, 'http')
      if (judging !== undefined) {
        const live = this.#liveCall(call, target, 'http')
        const choice = new EndpointChoice(live, target, targets, zone)
        const policy = new CallPolicy(this.#context, revision, judging, call, live, choice, targets)
        call.ward = policy
        policy.begin()
        return
      }
    } catch (error) {
      // A fault of a policy's code costs its verdicts, never the call.
      this.#context.onFault(error)
      call.ward = undefined
      if (!call.active || call.serial !== serial || call.target !== undefined) return
    }
    call.dispatch(target)
  }

  watch(call: WatchedCall): Watch | undefined {
    const { target, protocol = this.#settings.protocol } = call
    try {
      const judging = this.#judgingOf(call, target, protocol)
      if (judging === undefined) return undefined
      const live = this.#liveCall(call, target, protocol)
      return new CallWatch(this.#context, this.#settings.revision, judging, live, call)
    } catch (error) {
      this.#context.onFault(error)
      return undefined
    }
  }

  refused(draft: Draft): void {
    const { counters } = this.#context
    const verdict = { feature: 'strict', decision: 'deny', acted: true } as const
    counters.count(verdict.feature, verdict.decision, verdict.acted)
    draft.verdicts = counters.list([verdictText({ ...verdict, rule: draft.finding, cohort: undefined })])
    draft.config_version = this.#settings.revision
  }

  #liveCall(
    { draft, source, destination }: Pair,
    target: Endpoint | undefined,
    protocol: Protocol,
  ): LiveCall {
    const live = new LiveCall()
    live.draft = draft
    live.protocol = protocol
    live.from(source, destination ?? this.#settings.destination)
    live.aim(target, this.#settings.destination_zone)
    return live
  }

  #judgingOf(call: Pair, target: Endpoint | undefined, protocol: Protocol): LiveJudging | undefined {
    const { source, destination = this.#settings.destination } = call
    const label = target?.label ?? ''
    if (
      source === this.#lastSource &&
      label === this.#lastLabel &&
      destination === this.#lastDestination &&
      protocol === this.#lastProtocol
    ) {
      return this.#lastJudging
    }
    this.#lastJudging = this.#find(call, target, protocol, `${protocol} ${label} ${destination}`)
    this.#lastSource = source
    this.#lastLabel = label
    this.#lastDestination = destination
    this.#lastProtocol = protocol
    return this.#lastJudging
  }

  #find(call: Pair, target: Endpoint | undefined, protocol: Protocol, key: string): LiveJudging | undefined {
    let judging = this.#judgings.get(call.source)?.get(key)
    if (judging === undefined) {
      const { engine, side } = this.#settings
      judging = judgingFor(engine, side, this.#liveCall(call, target, protocol), this.#states) ?? NOBODY
      this.#remember(call.source, key, judging)
    }
    return judging === NOBODY ? undefined : judging
  }

  #remember(source: Source, key: string, judging: LiveJudging | typeof NOBODY): void {
    if (this.#pairs >= PAIRS_MAX) {
      this.#judgings.clear()
      this.#pairs = 0
    }
    const known = this.#judgings.get(source) ?? new Map<string, LiveJudging | typeof NOBODY>()
    known.set(key, judging)
    this.#judgings.set(source, known)
    this.#pairs++
  }
}
