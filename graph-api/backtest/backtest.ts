import { randomInt } from 'node:crypto'
import { setImmediate as breath } from 'node:timers/promises'
import { FEATURES, type Feature } from '../../model/flag.ts'
import { type Policy, settingsFor } from '../../model/policy.ts'
import { compilePolicy, type Engine } from '../../policy/feature/engine.ts'
import type { Endpoint } from '../../policy/feature/outlier-detection.ts'
import type { Store } from '../../store/store.ts'
import type { BacktestAnswer, BacktestEndpoint, BacktestFeature, BacktestProgress } from '../contract.ts'
import { readCoverage } from '../query/coverage.ts'
import { rfc3339, type Span } from '../query/window.ts'
import { readAlreadyRetried } from './already-retried.ts'
import { distinctKinds } from './distinct-kinds.ts'
import { notesOf } from './notes.ts'
import { Replay } from './replay.ts'
import { readRoutesWithin } from './routes-within.ts'
import { REPLAY_PIECE_CALLS, readRows } from './rows.ts'
import { nameSamples } from './samples.ts'
import { PIECE_US_MAX, type Piece, piecesOf, readMinutes, type Scope, scopeOf } from './scope.ts'
import { readsPaths, routesToOpen, type Shape, shapeOf } from './shape.ts'
import { type Examined, STATELESS, SUMMARY_PIECE_CALLS, summarize } from './summary.ts'
import { stepOf, Tallies } from './tally.ts'
import { Unseen } from './unseen.ts'

/** What a policy would have done to the calls of a window: kinds are judged once, states are replayed. */

export interface BacktestOptions {
  store: Store
  policy: Policy
  span: Span
  /** Wall clock, microseconds. */
  now: () => number
  onProgress?: ((progress: BacktestProgress) => void) | undefined
  signal?: AbortSignal | undefined
  /** Features that are replayed call by call; those with a state by default. */
  replayed?: readonly Feature[]
}

const MINUTE_US = 60_000_000
/** Calls played at a stretch: the collector lives in the same process, and its taps are not to wait. */
const BREATH_CALLS = 10_000
const SEED_MAX = 2 ** 31
const STATEFUL = FEATURES.filter((feature) => !STATELESS.includes(feature))

/** Features that are not disabled for somebody. */
function featuresIn(policy: Policy): Feature[] {
  const services = [...policy.services.values()]
  const isUsed = (feature: Feature) =>
    services.some((service) =>
      ['', ...service.callers.keys()].some((caller) => {
        const mode = settingsFor(service, caller, feature)?.mode
        return mode !== undefined && mode !== 'disabled'
      }),
    )
  return FEATURES.filter(isUsed)
}

interface Replayed {
  replay: Replay
  alreadyRetried: ReadonlyMap<string, number>
  missed: number
}

async function replayCalls(
  options: BacktestOptions,
  work: { engine: Engine; scope: Scope; shape: Shape; tallies: Tallies },
  minutes: Awaited<ReturnType<typeof readMinutes>>,
  features: readonly Feature[],
): Promise<Replayed> {
  const { store, policy, onProgress, signal } = options
  const { scope, shape } = work
  const pieces = piecesOf(minutes, scope.span, REPLAY_PIECE_CALLS, PIECE_US_MAX)
  const wide = piecesOf(minutes, scope.span, SUMMARY_PIECE_CALLS)
  const { kinds, seed } = await distinctKinds(store, scope, shape, {
    pieces: wide,
    seed: randomInt(SEED_MAX),
    signal,
  })
  const replay = new Replay(work.engine, work.tallies, kinds, features)
  const total = minutes.reduce((sum, { calls }) => sum + calls, 0)
  let done = 0
  const read = (piece: Piece | undefined) =>
    piece === undefined ? undefined : readRows(store, scope, shape, seed, piece)
  let coming = read(pieces[0])
  for (const [index, piece] of pieces.entries()) {
    signal?.throwIfAborted()
    const rows = (await coming)!
    // The store reads the next piece while this one is played.
    coming = read(pieces[index + 1])
    coming?.catch(() => undefined)
    for (let from = 0; from < rows.order.length; from += BREATH_CALLS) {
      replay.play(rows, piece.from_us, from, from + BREATH_CALLS)
      await breath()
    }
    done += piece.calls
    onProgress?.({ phase: 'replay', done, total })
  }
  replay.finish()
  const services = [...policy.services.keys()].filter((service) => replay.followedOf(service) !== undefined)
  const alreadyRetried =
    services.length === 0
      ? new Map<string, number>()
      : await readAlreadyRetried(store, scope, services, wide, signal)
  return {
    replay,
    alreadyRetried,
    missed: Math.max(0, total - kinds.reduce((sum, { calls }) => sum + calls, 0)),
  }
}

function endpointsOf(replay: Replay, service: string): BacktestEndpoint[] {
  const found = new Map<string, BacktestEndpoint>()
  for (const [scope, state] of replay.statesOf('outlierDetection')) {
    if (!scope.endsWith(`\x1f${service}`)) continue
    for (const [endpoint, { ejections, ejected_us }] of state as Map<string, Endpoint>) {
      const row = found.get(endpoint) ?? { endpoint, ejections: 0, ejected_s: 0 }
      row.ejections += ejections
      row.ejected_s += ejected_us / 1_000_000
      found.set(endpoint, row)
    }
  }
  return [...found.values()].sort((a, b) => b.ejections - a.ejections || a.endpoint.localeCompare(b.endpoint))
}

/** Adds what only the replay knows. */
function withFigures(feature: BacktestFeature, replayed: Replayed | undefined): BacktestFeature {
  const replay = replayed?.replay
  if (feature.feature === 'outlierDetection' && replay) {
    return { ...feature, endpoints: endpointsOf(replay, feature.service) }
  }
  const known = feature.feature === 'retries' ? replay?.followedOf(feature.service) : undefined
  if (known === undefined) return feature
  const over_budget = feature.rows
    .filter(({ decision, rule }) => decision === 'no_retry' && rule === 'budget')
    .reduce((sum, { calls }) => sum + calls, 0)
  const { failed } = known
  // Calls that came in meanwhile were counted there and not replayed.
  const already_retried = Math.min(failed, replayed?.alreadyRetried.get(feature.service) ?? 0)
  return {
    ...feature,
    retries: known.followed.answer(feature.calls, { failed, already_retried, over_budget }),
  }
}

async function assemble(
  options: BacktestOptions,
  scope: Scope,
  parts: { examined: Examined; tallies: Tallies; unseen: Unseen; replayed: Replayed | undefined },
): Promise<Omit<BacktestAnswer, 'elapsed_ms'>> {
  const { store, policy, span } = options
  const { examined, replayed } = parts
  const coverage = await readCoverage(store, span)
  const features = parts.tallies.all.map((tally) => withFigures(tally.answer(), replayed))
  features.sort((a, b) => b.refused + b.good_cut - a.refused - a.good_cut || b.affected - a.affected)
  await nameSamples(store, scope, features)
  const any = examined.calls > 0
  const answer = {
    window: {
      from: rfc3339(span.from_us),
      to: rfc3339(span.to_us),
      seconds: (span.to_us - span.from_us) / 1e6,
    },
    calls: examined.calls,
    would_lose: features.reduce((sum, { refused, good_cut }) => sum + refused + good_cut, 0),
    features,
    silent: [...policy.services.keys()].filter((service) => !examined.services.has(service)),
    coverage: {
      first_call: any ? rfc3339(examined.first_us) : null,
      last_call: any ? rfc3339(examined.last_us) : null,
      lost: coverage.lost,
      quarantined: coverage.quarantined,
    },
    unseen: parts.unseen.estimate(),
  }
  const counts = { crowded: replayed?.replay.crowded ?? 0, missed: examined.missed + (replayed?.missed ?? 0) }
  return { ...answer, notes: notesOf(policy, answer, counts, scope.untapped) }
}

/**
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE; the reason of `signal` once it is aborted
 */
export async function backtest(options: BacktestOptions): Promise<BacktestAnswer> {
  const { store, policy, span, now, onProgress, replayed: features = STATEFUL } = options
  const began = now()
  const engine = compilePolicy(policy)
  const used = featuresIn(policy)
  const scope = await scopeOf(store, policy, span, now())
  const minutes = await readMinutes(store, scope)
  const total = minutes.reduce((sum, { calls }) => sum + calls, 0)
  const open = readsPaths(policy) ? routesToOpen(policy, await readRoutesWithin(store, scope)) : []
  const summarized = used.filter((feature) => !features.includes(feature))
  const replayed = used.filter((feature) => features.includes(feature))
  const tallies = new Tallies(span, (feature) => (features.includes(feature) ? MINUTE_US : stepOf(span)))
  const unseen = new Unseen()
  const examined = await summarize({
    ...{ store, engine, scope, tallies, unseen },
    shape: shapeOf(policy, summarized, open),
    features: summarized,
    seed: randomInt(SEED_MAX),
    pieces: piecesOf(minutes, span, SUMMARY_PIECE_CALLS),
    onProgress: (done) => onProgress?.({ phase: 'summary', done, total }),
    signal: options.signal ?? new AbortController().signal,
  })
  const shape = shapeOf(policy, replayed, 'every')
  const work = { engine, scope, shape, tallies }
  const played = replayed.length === 0 ? undefined : await replayCalls(options, work, minutes, replayed)
  const answer = await assemble(options, scope, { examined, tallies, unseen, replayed: played })
  return { ...answer, elapsed_ms: Math.round((now() - began) / 1000) }
}
