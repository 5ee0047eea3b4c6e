import { OTHER, type SourceEvidence } from '../../model/call.ts'
import type { RecommendationAnswer, RecommendedRule, ReviewRow } from '../../model/recommendation.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { rfc3339, type Span } from '../query/window.ts'
import { scopeOf, WITHIN } from './scope.ts'

/** Rules for one service that allow what was seen to go well, often enough to be no accident. */

/** A kind of call with fewer calls on a single day is left to a person. */
export const CALLS_MIN = 20
export const DAYS_MIN = 2
/** A path becomes a template only where so many values of it were seen. */
export const VALUES_MIN = 3
const KINDS_MAX = 20_000
const SEGMENTS_MAX = 15

interface KindRow {
  source: string
  source_identity: string
  evidence: SourceEvidence
  method: string
  route: string
  calls: number
  good: number
  days: number
  first_us: number
  last_us: number
  values: number
  paths: string[]
}

const NAMING: ReadonlySet<SourceEvidence> = new Set(['mtls', 'trace', 'config', 'socket', 'dns'])
/** What a rule can name as it is; other paths need a person. */
const PLAIN_PATH = /^\/[^{}?#;\\\s%]*$/

/** Templates or plain paths that allow the calls of a kind, or why none do. */
function pathsOf({ route, values, paths }: KindRow): string[] | string {
  const segments = route.split('/')
  if (route === OTHER || !route.startsWith('/')) return 'its path has no template'
  if (segments.length > SEGMENTS_MAX + 1) return 'its path is too deep for a template'
  if (!route.includes('{')) return [route]
  if (values >= VALUES_MIN) return [segments.map((part) => (part.includes('{') ? '{*}' : part)).join('/')]
  return paths.every((path) => PLAIN_PATH.test(path)) ? paths : 'its few paths cannot be written as rules'
}

/** Why a person has to look at it first; undefined where it may be granted. */
function doubtOf(kind: KindRow): string | undefined {
  if (kind.good === 0) return 'never ended well'
  if (kind.source_identity === '' && !NAMING.has(kind.evidence))
    return `only its ${kind.evidence} names the caller`
  if (kind.method === '') return 'it has no method: a rule would allow everything'
  if (kind.calls < CALLS_MIN && kind.days < DAYS_MIN) return `seen ${kind.calls} times on one day`
  return undefined
}

async function readKinds(store: Store, service: string, span: Span, now_us: number): Promise<KindRow[]> {
  const policy = { trustDomain: '', services: new Map([[service, { features: {}, callers: new Map() }]]) }
  const scope = await scopeOf(store, policy, span, now_us)
  return store.read<KindRow>(
    `SELECT source, source_identity, any(source_evidence) AS evidence, method, route, count() AS calls,
       countIf(outcome = 'ok') AS good, uniqExact(toDate(ts)) AS days,
       toUnixTimestamp64Micro(min(ts)) AS first_us, toUnixTimestamp64Micro(max(ts)) AS last_us,
       uniq(path) AS values, groupUniqArrayIf(${VALUES_MIN})(path, outcome = 'ok') AS paths
     FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where}
     GROUP BY source, source_identity, method, route ORDER BY calls DESC LIMIT ${KINDS_MAX}`,
    { ...scope.bound, ...span },
  )
}

const callerOf = ({ source, source_identity }: KindRow) => (source_identity === '' ? source : source_identity)

/** Share of a caller's calls whose kind was seen once. */
function unseenOf(kinds: readonly KindRow[]): number {
  const calls = kinds.reduce((sum, kind) => sum + kind.calls, 0)
  return kinds.filter((kind) => kind.calls === 1).length / calls
}

/** `recommendation-get`, with a number where that is taken. */
function idOf(from: string, methods: readonly string[], taken: Set<string>): string {
  const base = `${from.slice(from.lastIndexOf('/') + 1)}-${methods.join('-').toLowerCase()}`.slice(0, 100)
  let id = base
  for (let number = 2; taken.has(id); number++) id = `${base}-${number}`
  taken.add(id)
  return id
}

interface Granted {
  kind: KindRow
  paths: string[]
}

/** Grants of one caller put together: paths with the same methods make one rule. */
function rulesOf(
  from: string,
  granted: readonly Granted[],
  unseen: number,
  taken: Set<string>,
): RecommendedRule[] {
  const byPath = new Map<string, KindRow[]>()
  for (const { kind, paths } of granted) {
    for (const path of paths) byPath.set(path, [...(byPath.get(path) ?? []), kind])
  }
  const byMethods = new Map<string, Map<string, KindRow[]>>()
  for (const [path, kinds] of byPath) {
    const methods = [...new Set(kinds.map(({ method }) => method))].sort().join(' ')
    byMethods.set(methods, (byMethods.get(methods) ?? new Map()).set(path, kinds))
  }
  return [...byMethods].map(([words, paths]) => {
    const kinds = [...new Set([...paths.values()].flat())]
    const methods = words.split(' ')
    return {
      id: idOf(from, methods, taken),
      from,
      methods,
      paths: [...paths.keys()].sort(),
      believed_by: kinds[0]!.source_identity === '' ? kinds[0]!.evidence : 'mtls',
      calls: kinds.reduce((sum, { calls }) => sum + calls, 0),
      days: Math.max(...kinds.map(({ days }) => days)),
      first_seen: rfc3339(Math.min(...kinds.map(({ first_us }) => first_us))),
      last_seen: rfc3339(Math.max(...kinds.map(({ last_us }) => last_us))),
      unseen,
    }
  })
}

/** @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
export async function recommend(
  store: Store,
  service: string,
  span: Span,
  now_us: number,
): Promise<RecommendationAnswer> {
  const kinds = await readKinds(store, service, span, now_us)
  const review: ReviewRow[] = []
  const granted = new Map<string, Granted[]>()
  for (const kind of kinds) {
    const paths = doubtOf(kind) ?? pathsOf(kind)
    if (typeof paths === 'string') {
      const { method, route, calls, last_us } = kind
      review.push({
        source: callerOf(kind),
        method,
        route,
        calls,
        last_seen: rfc3339(last_us),
        reason: paths,
      })
    } else granted.set(callerOf(kind), [...(granted.get(callerOf(kind)) ?? []), { kind, paths }])
  }
  const taken = new Set<string>()
  const first_us = Math.min(...kinds.map((kind) => kind.first_us))
  return {
    window: {
      from: rfc3339(span.from_us),
      to: rfc3339(span.to_us),
      seconds: (span.to_us - span.from_us) / 1e6,
    },
    service,
    calls: kinds.reduce((sum, { calls }) => sum + calls, 0),
    first_call: kinds.length === 0 ? null : rfc3339(first_us),
    rules: [...granted].flatMap(([from, list]) =>
      rulesOf(from, list, unseenOf(kinds.filter((kind) => callerOf(kind) === from)), taken),
    ),
    review,
  }
}
