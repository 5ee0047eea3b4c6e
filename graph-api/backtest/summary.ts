import { FEATURES, type Feature } from '../../model/feature.ts'
import { moduleOf } from '../../policy/feature/registry.ts'
import { type Engine, understands } from '../../policy/judging/engine.ts'
import type { Store } from '../../store/store.ts'
import { type Kind, readKinds } from './kind.ts'
import type { Piece, Scope } from './scope.ts'
import type { Shape } from './shape.ts'
import { stepOf, type Tallies } from './tally.ts'
import type { Unseen } from './unseen.ts'

/**
 * Features without a state: one verdict on each kind of call, times how many there were. The store
 * counts, the engine decides; the replay of single calls comes to the same figures.
 */
export const STATELESS = FEATURES.filter((feature) => moduleOf(feature).stateless)

/** Calls grouped in one statement: what a person waits for without a sign of progress. */
export const SUMMARY_PIECE_CALLS = 2_000_000

/** What is known of all calls that were examined. */
export interface Examined {
  calls: number
  first_us: number
  last_us: number
  services: Set<string>
  /** Calls of kinds past the longest list of a piece. */
  missed: number
}

export interface SummaryWork {
  store: Store
  engine: Engine
  scope: Scope
  shape: Shape
  seed: number
  /** Those to judge; none of them has a state. */
  features: readonly Feature[]
  pieces: readonly Piece[]
  tallies: Tallies
  unseen: Unseen
  /** Told how many calls are done. */
  onProgress: (calls: number) => void
  signal: AbortSignal
}

function judge(kind: Kind, { engine, scope, tallies, features }: SummaryWork): void {
  const { call } = kind
  const ts_us = scope.span.from_us + kind.step * stepOf(scope.span)
  for (const judge of engine.judgesFor(call.destination, call.source)) {
    if (!features.includes(judge.feature) || !understands(judge, call)) continue
    const verdict = judge.decide(undefined, call, call.ts)
    // Of what no document names only what it would do is worth telling.
    if (judge.byDefault && verdict.decision === 'pass') continue
    tallies.of(call.destination, judge.feature, judge.mode).add(call, verdict, ts_us, kind)
  }
}

/** @throws the reason of `signal` once it is aborted */
export async function summarize(work: SummaryWork): Promise<Examined> {
  const { store, scope, shape, pieces } = work
  const examined: Examined = { calls: 0, first_us: Infinity, last_us: 0, services: new Set(), missed: 0 }
  for (const span of pieces) {
    work.signal.throwIfAborted()
    const before = examined.calls
    const step_us = stepOf(scope.span)
    const kinds = await readKinds(store, { scope, shape, span, step_us, seed: work.seed })
    for (const kind of kinds) {
      judge(kind, work)
      work.unseen.add(kind.call, kind.calls)
      examined.calls += kind.calls
      examined.first_us = Math.min(examined.first_us, kind.first_us)
      examined.last_us = Math.max(examined.last_us, kind.last_us)
      examined.services.add(kind.call.destination)
    }
    // Calls that came in since the window was cut into pieces may make it more.
    examined.missed += Math.max(0, span.calls - (examined.calls - before))
    work.onProgress(examined.calls)
  }
  return examined
}
