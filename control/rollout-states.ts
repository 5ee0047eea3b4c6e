import { createHash } from 'node:crypto'
import { type Feature, isFeature } from '../model/feature.ts'
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
  /** When it was written, milliseconds; of two the later one counts. */
  at_ms: number
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
  const rows = await store.read<{ service: string; feature: string; text: string; at_ms: number }>(
    `SELECT service, feature, argMax(r.state, r.at) AS text, toUnixTimestamp64Milli(max(r.at)) AS at_ms FROM ${DATABASE}.${ROLLOUTS.name} AS r
     GROUP BY service, feature ORDER BY service, feature`,
  )
  return rows.flatMap(({ service, feature, text, at_ms }) =>
    isFeature(feature) ? [{ service, feature, state: stateOf(text), at_ms }] : [],
  )
}

/** @throws TapmeshError TAPMESH_STORE_UNAVAILABLE, TAPMESH_DISK_FULL */
export async function writeRolloutState(
  store: Store,
  { service, feature, state, at_ms }: NamedState,
): Promise<void> {
  const text = stateText(state)
  const fields = [textField(service), feature, textField(text), (at_ms / 1000).toFixed(3)]
  const row = createHash('sha256').update(fields.join('\t')).digest('hex')
  await store.insert(ROLLOUTS.name, Buffer.from(`${fields.join('\t')}\n`), `${ROLLOUTS.name}-${row}`)
}
