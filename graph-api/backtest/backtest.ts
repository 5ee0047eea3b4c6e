import { randomInt } from 'node:crypto'
import { setImmediate as breath } from 'node:timers/promises'
import { FEATURES, type Feature } from '../../model/feature.ts'
import type { Policy } from '../../model/policy.ts'
import type { AnyModule } from '../../policy/feature/feature.ts'
import { moduleOf } from '../../policy/feature/registry.ts'
import { actsOnCalls, compilePolicy, type Engine, judgesOf } from '../../policy/judging/engine.ts'
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
import { stepOf, Tallies, type Tally } from './tally.ts'
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
  /** Features that are replayed call by call; by default those with a state. */
  replayed?: readonly Feature[]
}

const MINUTE_US = 60_000_000
/** Calls played at a stretch: the collector lives in the same process, and its taps are not to wait. */
const BREATH_CALLS = 10_000
const SEED_MAX = 2 ** 31
const STATEFUL = FEATURES.filter((feature) => !STATELESS.includes(feature))

/**
 * Features to judge: those that the policy does not disable for everybody. What it does not name counts
 * once calls are acted on: strict parsing comes with the proxy that does so.
 */
function featuresIn(engine: Engine): Feature[] {
  const judges = [...engine.policy.services.keys()].flatMap((service) => judgesOf(engine, service))
  const acts = judges.some(actsOnCalls)
  const used = new Set(judges.filter(({ byDefault }) => acts || !byDefault).map(({ feature }) => feature))
  return FEATURES.filter((feature) => used.has(feature))
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

function endpointsOf(
  replay: Replay,
  feature: Feature,
  service: string,
  figures: NonNullable<AnyModule['figures']>,
): BacktestEndpoint[] | null {
  if (figures.endpoints === undefined) return null
  const found = new Map<string, BacktestEndpoint>()
  for (const state of replay.statesOf(feature, service)) {
    for (const { endpoint, ejections, ejected_us } of figures.endpoints(state)) {
      const row = found.get(endpoint) ?? { endpoint, ejections: 0, ejected_s: 0 }
      row.ejections += ejections
      row.ejected_s += ejected_us / 1_000_000
      found.set(endpoint, row)
    }
  }
  return [...found.values()].sort((a, b) => b.ejections - a.ejections || a.endpoint.localeCompare(b.endpoint))
}

/** Adds what only the replay knows. */
function withFigures(tally: Tally, replayed: Replayed | undefined): BacktestFeature {
  const answer = tally.answer()
  const { figures } = moduleOf(tally.feature)
  if (figures === undefined || replayed === undefined) return answer
  const { replay } = replayed
  const endpoints = endpointsOf(replay, tally.feature, tally.service, figures)
  const known = figures.again && replay.followedOf(tally.service)
  if (known === undefined) return { ...answer, endpoints }
  const over_budget = answer.rows
    .filter(({ decision, rule }) => decision === 'no_retry' && rule === 'budget')
    .reduce((sum, { calls }) => sum + calls, 0)
  const { failed } = known
  // Calls that came in meanwhile were counted there and not replayed.
  const already_retried = Math.min(failed, replayed.alreadyRetried.get(tally.service) ?? 0)
  const retries = known.followed.answer(answer.calls, { failed, already_retried, over_budget })
  return { ...answer, endpoints, retries }
}

async function assemble(
  options: BacktestOptions,
  scope: Scope,
  parts: { examined: Examined; tallies: Tallies; unseen: Unseen; replayed: Replayed | undefined },
): Promise<Omit<BacktestAnswer, 'elapsed_ms'>> {
  const { store, policy, span } = options
  const { examined, replayed } = parts
  const coverage = await readCoverage(store, span)
  const features = parts.tallies.all.map((tally) => withFigures(tally, replayed))
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
  const used = featuresIn(engine)
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
