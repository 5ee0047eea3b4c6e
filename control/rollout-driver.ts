import type { Feature } from '../model/feature.ts'
import type { Policy } from '../model/policy.ts'
import type { Store } from '../store/store.ts'
import { type CohortQuery, readAllCalls, readCohorts, readSplit, splitKey } from './cohorts.ts'
import type { AskedFor, InForce, Overlay } from './in-force.ts'
import {
  ALL,
  isOver,
  nextRollout,
  type Observed,
  RECENT_US,
  type RolloutAction,
  type RolloutState,
  startRollout,
} from './rollout.ts'
import { type Planned, planOf, plansOf } from './rollout-plan.ts'
import { type NamedState, readRolloutStates, writeRolloutState } from './rollout-states.ts'

/**
 * Looks at every rollout and guard each ten seconds, keeps where they stand in the store, and says so in
 * the audit. What it decides reaches taps through `inForce`, which Control asks for every state.
 */

export const LOOK_MS = 10_000

/** What was done without a person. */
export interface RolloutChange {
  service: string
  feature: Feature
  action: RolloutAction['kind']
  /** The evidence, in words. */
  reason: string
  /** What was in force, like `mode: enforce, percent: 5`. */
  before: string
  after: string
}

/** What is asked of Control. */
export interface RolloutControl {
  /** `<epoch>.<number>` */
  readonly revision: string
  readonly file: { readonly policy: Policy }
  /** @returns a function that ends the listening */
  onChange(listener: () => void): () => void
  /** An entry of the audit, and a new revision that taps are told of. */
  steered(change: RolloutChange): Promise<unknown>
}

export interface RolloutOptions {
  store: Store
  /** Wall clock, microseconds. */
  now: () => number
  /** Told what went wrong; the look after tries again. */
  onFault: (error: unknown) => void
}

/** How far a rollout is, for those who watch it. */
export interface RolloutView {
  latched: { at_us: number; reason: string } | null
  steps: readonly number[]
  /** -1 before the first step. */
  at_step: number
  next_us: number | null
  held: string | null
  /** When the percentage in force began; with it the cohorts that are compared. */
  since_us: number
  percent: number
}

/** Settings of what is not watched: any others begin anew. */
const NO_SETTINGS = ''

const minute = (us: number) => `${new Date(us / 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`

export class RolloutDriver implements Overlay {
  readonly #options: RolloutOptions
  readonly #states = new Map<string, NamedState>()
  #control: RolloutControl | undefined
  #timer: NodeJS.Timeout | undefined
  #unlisten = (): void => {}
  #looking: Promise<void> | undefined
  /** The same trouble is told once, until a look went well again. */
  #faulty = false
  /** Changes that are stored here and that Control could not be told of yet. */
  #untold: RolloutChange[] = []

  constructor(options: RolloutOptions) {
    this.#options = options
  }

  /**
   * Reads what an earlier process left, or what another collector of the same store did.
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
   */
  async open(): Promise<void> {
    for (const named of await readRolloutStates(this.#options.store)) {
      const key = splitKey(named.service, named.feature)
      if (named.at_ms > (this.#states.get(key)?.at_ms ?? 0)) this.#states.set(key, named)
    }
  }

  refresh(): Promise<void> {
    return this.open()
  }

  #stateOf(service: string, feature: Feature): RolloutState | undefined {
    return this.#states.get(splitKey(service, feature))?.state
  }

  /** Begins to look, each LOOK_MS and when the policy changed; `open` comes first. */
  start(control: RolloutControl): void {
    this.#control = control
    const again = () => {
      this.#looking ??= this.look()
        .then(
          () => {
            this.#faulty = false
          },
          (error: unknown) => {
            if (!this.#faulty) this.#options.onFault(error)
            this.#faulty = true
          },
        )
        .finally(() => {
          this.#looking = undefined
        })
    }
    again()
    this.#unlisten = control.onChange(again)
    this.#timer = setInterval(again, LOOK_MS).unref()
  }

  async close(): Promise<void> {
    this.#unlisten()
    clearInterval(this.#timer)
    await this.#looking
  }

  inForce(service: string, feature: Feature, { mode, percent, percent_given }: AskedFor): InForce {
    const state = this.#stateOf(service, feature)
    if (mode !== 'enforce') return { mode, percent, why: null }
    if (state?.latched) {
      const { at_us, reason } = state.latched
      return { mode: 'dry-run', percent, why: `put back to dry-run at ${minute(at_us)}: ${reason}` }
    }
    const plan = this.#planOf(service, feature)
    if (plan === undefined || plan.steps.length === 0) return { mode, percent, why: null }
    const reached = state?.settings === plan.settings ? state.percent : plan.first
    // Who has a percentage of its own keeps it.
    if (percent_given || reached >= percent) return { mode, percent, why: null }
    return { mode, percent: reached, why: `the rollout has reached ${reached} %` }
  }

  async rearm(service: string, feature: Feature): Promise<boolean> {
    if (!this.#stateOf(service, feature)?.latched) return false
    const plan = this.#planOf(service, feature)
    const now_us = this.#options.now()
    await this.#keep(service, feature, this.#begun(plan?.settings ?? NO_SETTINGS, plan?.first ?? 0, now_us))
    return true
  }

  /** Where a feature stands; undefined where nothing is watched and nothing is latched. */
  view(service: string, feature: Feature): RolloutView | undefined {
    const plan = this.#planOf(service, feature)
    const state = this.#stateOf(service, feature)
    const latched = state?.latched ?? null
    if (plan === undefined || state === undefined || state.settings !== plan.settings) {
      const steps = plan?.steps ?? []
      if (latched === null && steps.length === 0) return undefined
      return { latched, steps, at_step: -1, next_us: null, held: null, since_us: 0, percent: 0 }
    }
    const { percent, since_us, held } = state
    const at_step = plan.steps.findLastIndex((step) => step <= percent)
    const more = latched === null && at_step >= 0 && at_step < plan.steps.length - 1
    const next_us = more ? since_us + plan.hold_us : null
    return { latched, steps: plan.steps, at_step, next_us, held, since_us, percent }
  }

  #planOf(service: string, feature: Feature): Planned | undefined {
    const policy = this.#control?.file.policy
    return policy && planOf(policy, service, feature)
  }

  /** The newest revision has these settings, since taps are told of every change. */
  #begun(settings: string, percent: number, now_us: number): RolloutState {
    return startRollout({ settings, revision: this.#control?.revision ?? '' }, percent, now_us)
  }

  /** One look at everything that is watched; the timer does it each LOOK_MS. */
  async look(): Promise<void> {
    const policy = this.#control?.file.policy
    if (policy === undefined) return
    await this.#tellAll()
    await this.open()
    const plans = plansOf(policy)
    await this.#forgetOthers(new Set(plans.map(({ service, feature }) => splitKey(service, feature))))
    if (plans.length === 0) return
    const now_us = this.#options.now()
    const split = await readSplit(this.#options.store, { from_us: now_us - RECENT_US, to_us: now_us }, now_us)
    for (const { service, feature, plan } of plans) {
      await this.#lookAt(service, feature, plan, split.has(splitKey(service, feature)))
    }
  }

  /** A feature that is enforced again begins anew; a latch alone stays. */
  async #forgetOthers(watched: ReadonlySet<string>): Promise<void> {
    for (const [key, { service, feature, state }] of [...this.#states]) {
      if (state.latched !== null || state.settings === NO_SETTINGS || watched.has(key)) continue
      await this.#keep(service, feature, this.#begun(NO_SETTINGS, 0, this.#options.now()))
    }
  }

  /** @param isSplit calls of it were split lately; where none were, nothing new is to be seen */
  async #lookAt(service: string, feature: Feature, plan: Planned, isSplit: boolean): Promise<void> {
    const now_us = this.#options.now()
    const key = splitKey(service, feature)
    const named = this.#states.get(key)
    const known = named?.state
    if (known?.latched) return
    if (named === undefined || known?.settings !== plan.settings) {
      await this.#keep(service, feature, this.#begun(plan.settings, plan.first, now_us))
      return
    }
    if (plan.steps.length === 0 && known.percent !== plan.first) {
      await this.#keep(service, feature, { ...known, percent: plan.first })
      return this.#lookAt(service, feature, plan, isSplit)
    }
    if (isOver(known, plan, now_us)) return
    if (!isSplit && known.percent < ALL) {
      const held =
        plan.steps.length === 0 ? null : `no calls of either cohort in the last ${RECENT_US / 1_000_000} s`
      this.#states.set(key, { ...named, state: { ...known, held } })
      return
    }
    const seen = await this.#observe(service, feature, plan, known)
    // A person may have changed something while the store was asked.
    if (this.#states.get(key) !== named) return
    const { state, action } = nextRollout(known, plan, seen, now_us)
    if (action === null && state.broken === known.broken) {
      this.#states.set(key, { ...named, state })
      return
    }
    await this.#keep(service, feature, state)
    if (action !== null) await this.#tell(service, feature, known, action)
  }

  async #observe(
    service: string,
    feature: Feature,
    { except }: Planned,
    { since_us, percent, revision }: RolloutState,
  ): Promise<Observed> {
    const { store } = this.#options
    const now_us = this.#options.now()
    const read = async (from_us: number) => {
      const query: CohortQuery = { service, feature, from_us, to_us: now_us, except, revision }
      const cohorts = await readCohorts(store, query, now_us)
      if (percent < ALL) return cohorts
      return { ...cohorts, treated: await readAllCalls(store, query, now_us) }
    }
    const step = await read(since_us)
    const recent_us = now_us - RECENT_US
    return { step, recent: recent_us <= since_us ? step : await read(recent_us) }
  }

  #tell(service: string, feature: Feature, before: RolloutState, action: RolloutAction): Promise<void> {
    const line = (mode: string, percent: number) => `mode: ${mode}, percent: ${percent}`
    this.#untold.push({
      service,
      feature,
      action: action.kind,
      reason: action.evidence,
      before: line('enforce', before.percent),
      after: action.kind === 'advance' ? line('enforce', action.to) : line('dry-run', before.percent),
    })
    return this.#tellAll()
  }

  /** What cannot be written into the audit now is written at the next look. */
  async #tellAll(): Promise<void> {
    for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
      await this.#control!.steered(next)
      this.#untold.shift()
    }
  }

  /** The store first: what taps are told of must outlive this process. */
  async #keep(service: string, feature: Feature, state: RolloutState): Promise<void> {
    const key = splitKey(service, feature)
    const now_ms = Math.floor(this.#options.now() / 1000)
    // Of two rows the later one counts, also where the clock went back.
    const at_ms = Math.max(now_ms, (this.#states.get(key)?.at_ms ?? 0) + 1)
    const named = { service, feature, state, at_ms }
    await writeRolloutState(this.#options.store, named)
    this.#states.set(key, named)
  }
}
