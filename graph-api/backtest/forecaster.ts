import type { Control } from '../../control/control.ts'
import { TapmeshError } from '../../model/error.ts'
import type { Feature } from '../../model/feature.ts'
import type { Policy, ServicePolicy } from '../../model/policy.ts'
import type { Store } from '../../store/store.ts'
import { writeForecast } from '../query/forecast.ts'
import { backtest } from './backtest.ts'

/**
 * The prediction ledger: whenever a person rehearses or enforces a feature, a back-test of that feature
 * over the last day is kept, to be compared with what comes. It runs beside the change and never holds it.
 */

/** Windows tried one after the other, each with the time it may take; a busy mesh gets the shorter one. */
const TRIES = [
  { hours: 24, limit_ms: 15_000 },
  { hours: 1, limit_ms: 5_000 },
] as const
/** Forecasts that wait for those before them; a change of more features than that is not forecast whole. */
export const FORECASTS_WAITING_MAX = 100
const HOUR_US = 3_600_000_000

export interface ForecasterOptions {
  store: Store
  control: Pick<Control, 'file' | 'onChange' | 'inForce'>
  /** Wall clock, microseconds. */
  now: () => number
  /** Told what went wrong; the change itself stands. */
  onFault: (error: unknown) => void
}

interface Job {
  service: string
  feature: Feature
  revision: string
  policy: Policy
}

/** The feature alone, judged for everybody whatever its mode: what would it do? */
function aloneOf(policy: Policy, service: string, feature: Feature): Policy {
  const named = policy.services.get(service)
  const given = named?.features[feature] ?? {}
  const callers = [...(named?.callers ?? [])].flatMap(([caller, own]) =>
    own[feature] === undefined ? [] : [[caller, { [feature]: own[feature] }] as const],
  )
  const alone: ServicePolicy = {
    features: { [feature]: { ...given, mode: 'dry-run', percent: 100 } },
    callers: new Map(callers),
  }
  return { trustDomain: policy.trustDomain, services: new Map([[service, alone]]) }
}

export class Forecaster {
  readonly #options: ForecasterOptions
  readonly #waiting: Job[] = []
  readonly #closing = new AbortController()
  readonly #unlisten: () => void
  #working: Promise<void> = Promise.resolve()
  #isFull = false

  constructor(options: ForecasterOptions) {
    this.#options = options
    const { control } = options
    this.#unlisten = control.onChange(({ revision, changes }) => {
      const policy = control.file.policy
      const changed = new Map(
        changes.map(({ service, feature }) => [`${service}\x1f${feature}`, { service, feature }]),
      )
      for (const { service, feature } of changed.values()) {
        const mode = control.inForce(service, feature)?.mode ?? 'disabled'
        if (mode !== 'disabled') this.#add({ service, feature, revision, policy })
      }
    })
  }

  /** Resolves once nothing waits. */
  idle(): Promise<void> {
    return this.#working
  }

  async close(): Promise<void> {
    this.#unlisten()
    this.#closing.abort()
    await this.#working
  }

  #add(job: Job): void {
    if (this.#waiting.length >= FORECASTS_WAITING_MAX) {
      if (!this.#isFull) this.#options.onFault(tooMany())
      this.#isFull = true
      return
    }
    this.#waiting.push(job)
    if (this.#waiting.length === 1) this.#working = this.#work()
  }

  async #work(): Promise<void> {
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      if (!this.#closing.signal.aborted) {
        await this.#forecast(job).catch((error: unknown) => {
          if (!this.#closing.signal.aborted) this.#options.onFault(error)
        })
      }
      this.#waiting.shift()
    }
    this.#isFull = false
  }

  async #forecast({ service, feature, revision, policy }: Job): Promise<void> {
    const { store, now } = this.#options
    const alone = aloneOf(policy, service, feature)
    for (const { hours, limit_ms } of TRIES) {
      const at_us = now()
      const window_s = hours * 3600
      const span = { from_us: at_us - hours * HOUR_US, to_us: at_us }
      const limit = AbortSignal.timeout(limit_ms)
      const signal = AbortSignal.any([limit, this.#closing.signal])
      try {
        const { features } = await backtest({ store, policy: alone, span, now, signal })
        const { calls = 0, affected = 0 } = features[0] ?? {}
        await writeForecast(store, { ...{ service, feature, revision, at_us, calls, affected, window_s } })
        return
      } catch (error) {
        if (!limit.aborted) throw error
      }
    }
  }
}

function tooMany(): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BACKTEST_BUSY',
    `a change of more than ${FORECASTS_WAITING_MAX} features is not forecast whole`,
    'What is missing can be asked for with "tapmesh backtest".',
  )
}
