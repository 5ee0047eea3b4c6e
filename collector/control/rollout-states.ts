import { type Feature, isFeature } from '../../model/flag.ts'
import type { Store } from '../store/store.ts'
import { DATABASE, ROLLOUTS } from '../store/tables.ts'
import type { RolloutState } from './rollout.ts'
import type { Cohort } from './rollout-guard.ts'
import { textField } from './text-field.ts'

/** Rollouts in the store: the newest row of a feature counts. */

interface KeptCohort extends Omit<Cohort, 'duration'> {
  duration: [number, number][]
}

type Kept = Omit<RolloutState, 'baseline'> & { baseline: KeptCohort | null }

export interface NamedState {
  service: string
  feature: Feature
  state: RolloutState
}

function stateText({ baseline, ...state }: RolloutState): string {
  const kept: Kept = { ...state, baseline: baseline && { ...baseline, duration: [...baseline.duration] } }
  return JSON.stringify(kept)
}

function stateOf(text: string): RolloutState {
  const { baseline, ...state } = JSON.parse(text) as Kept
  return { ...state, baseline: baseline && { ...baseline, duration: new Map(baseline.duration) } }
}

/** @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
export async function readRolloutStates(store: Store): Promise<NamedState[]> {
  const rows = await store.read<{ service: string; feature: string; text: string }>(
    `SELECT service, feature, argMax(r.state, r.at) AS text FROM ${DATABASE}.${ROLLOUTS.name} AS r
     GROUP BY service, feature ORDER BY service, feature`,
  )
  return rows.flatMap(({ service, feature, text }) =>
    isFeature(feature) ? [{ service, feature, state: stateOf(text) }] : [],
  )
}

/**
 * @param at_us wall clock; of two rows of a feature the later one counts, so it has to rise
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE, TAPMESH_DISK_FULL
 */
export async function writeRolloutState(store: Store, named: NamedState, at_us: number): Promise<void> {
  const { service, feature, state } = named
  const at_ms = Math.floor(at_us / 1000)
  const fields = [textField(service), feature, textField(stateText(state)), (at_ms / 1000).toFixed(3)]
  await store.insert(
    ROLLOUTS.name,
    Buffer.from(`${fields.join('\t')}\n`),
    `${ROLLOUTS.name}-${feature}-${at_us}`,
  )
}
