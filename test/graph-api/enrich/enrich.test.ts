import fc from 'fast-check'
import { readGraph } from '../../../graph-api/answer/graph.ts'
import { coverageOf } from '../../../graph-api/enrich/coverage.ts'
import { edgeOf } from '../../../graph-api/enrich/edge.ts'
import { nodesOf } from '../../../graph-api/enrich/node.ts'
import type { EdgeRow } from '../../../graph-api/query/edges.ts'
import { withIdle } from '../../../graph-api/query/idle.ts'
import { oneReporter } from '../../../graph-api/query/reporter.ts'
import { goldenSignals, quantiles, share } from '../../../graph-api/query/signals.ts'
import { bucketOf } from '../../../model/histogram.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'

function row(change: Partial<EdgeRow>): EdgeRow {
  return {
    source: 'a',
    destination: 'b',
    protocol: 'http',
    reporter: 'server',
    calls: 100,
    errors: 0,
    client_errors: 0,
    request_bytes: 0,
    response_bytes: 0,
    traced: 50,
    named: 100,
    evidence: 2,
    source_zones: [''],
    destination_zones: [''],
    versions: [''],
    duration: new Map([[bucketOf(1000), 100]]),
    ttfb: new Map(),
    ...change,
  }
}

test('one reporter an edge: server, then client, then others', () => {
  const rows = (['observer', 'client', 'server'] as const).map((reporter) => row({ reporter }))
  expect(oneReporter(rows)[0]!.chosen.reporter).toBe('server')
  expect(oneReporter(rows.slice(0, 2))[0]!.chosen.reporter).toBe('client')
  expect(
    oneReporter(rows)[0]!
      .others.map(({ reporter }) => reporter)
      .sort(),
  ).toEqual(['client', 'observer'])
  expect(oneReporter([row({}), row({ protocol: 'opaque' })])).toHaveLength(2)
})

test('signals of nothing are zeros, not NaN', () => {
  expect(goldenSignals({ calls: 0, errors: 0, client_errors: 0, duration: new Map() }, 0)).toEqual({
    calls: 0,
    errors: 0,
    client_errors: 0,
    rate: 0,
    error_rate: 0,
    p50_us: 0,
    p95_us: 0,
    p99_us: 0,
  })
  expect(share(1, 0)).toBe(0)
})

test('quantiles of the histogram stay within 5 % of the exact ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 100, max: 10_000_000 }), { minLength: 200, maxLength: 400 }),
      (values) => {
        const histogram = new Map<number, number>()
        for (const value of values) histogram.set(bucketOf(value), (histogram.get(bucketOf(value)) ?? 0) + 1)
        const sorted = [...values].sort((a, b) => a - b)
        const { p50_us, p95_us, p99_us } = quantiles(histogram)
        for (const [q, found] of [
          [0.5, p50_us],
          [0.95, p95_us],
          [0.99, p99_us],
        ] as const) {
          const exact = sorted[Math.ceil(q * sorted.length) - 1]!
          expect(Math.abs(found - exact) / exact).toBeLessThan(0.05)
        }
      },
    ),
  )
})

test('kinds: tapped and middle names are services, others callers or external', () => {
  const nodes = nodesOf(
    oneReporter([
      row({ source: 'user', destination: 'web' }),
      row({ source: 'web', destination: 'db', reporter: 'client' }),
      row({ source: 'p', destination: 'q', reporter: 'observer' }),
      row({ source: 'q', destination: 'r', reporter: 'observer' }),
      row({ source: 'x', destination: 'y', reporter: 'otlp' }),
      row({ source: 'x', destination: 'z', reporter: 'otlp' }),
      row({ source: 'unknown', destination: 'z', reporter: 'otlp' }),
      row({ source: 'unknown', destination: 'alone', reporter: 'otlp' }),
    ]),
    60,
  )
  expect(Object.fromEntries(nodes.map(({ id, kind }) => [id, kind]))).toEqual({
    alone: 'service',
    db: 'external',
    p: 'caller',
    q: 'service',
    r: 'external',
    user: 'caller',
    web: 'service',
    unknown: 'caller',
    x: 'service',
    y: 'external',
    z: 'service',
  })
})

test('spans that do not know their caller count only where nothing else tells of calls into the service', () => {
  const nameless = (destination: string) => row({ source: 'unknown', destination, reporter: 'otlp' })
  const edges = oneReporter([
    nameless('tapped'),
    row({ source: 'web', destination: 'tapped' }),
    nameless('called'),
    row({ source: 'web', destination: 'called', reporter: 'otlp' }),
    nameless('alone'),
  ]).map(({ chosen }) => `${chosen.source} -> ${chosen.destination} ${chosen.reporter}`)
  expect(edges).toEqual(['web -> tapped server', 'web -> called otlp', 'unknown -> alone otlp'])
})

test("a caller shows the calls it makes and is not blamed for its callees' failures", () => {
  const [, caller] = nodesOf(oneReporter([row({ source: 'user', errors: 90 })]), 10)
    .reverse()
    .reverse()
  expect(caller).toMatchObject({ id: 'user', calls: 100, rate: 10, health: 'unknown' })
})

test('an edge knows what the other side saw', () => {
  const [edge] = oneReporter([row({}), row({ reporter: 'client', calls: 120 })])
  expect(edgeOf(edge!, 10)).toMatchObject({
    calls: 100,
    other_side_calls: 120,
    traced: 0.5,
    source_evidence: 'trace',
  })
})

test('coverage counts chosen calls, callers by name and edges seen from both sides', () => {
  const reported = oneReporter([
    row({}),
    row({ reporter: 'client' }),
    row({ source: 'c', calls: 300, named: 0 }),
    row({ source: 'd', calls: 0 }),
  ])
  const counted = { taps: 3, lost: 7, quarantined: 1, newest_us: NOW - 2 * SECOND }
  expect(coverageOf(reported, counted, NOW)).toEqual({
    calls: 400,
    taps: 3,
    lost: 7,
    quarantined: 1,
    named_callers: 0.25,
    both_sides: 0.5,
    freshness_s: 2,
  })
  expect(coverageOf([], { ...counted, newest_us: 0 }, NOW).freshness_s).toBe(-1)
})

test('what fell silent stays with no calls, what is active is not doubled', () => {
  const rows = withIdle([row({})], [row({}), row({ source: 'gone' })])
  expect(rows.map(({ source, calls }) => [source, calls])).toEqual([
    ['a', 100],
    ['gone', 0],
  ])
})

test('a live graph keeps an edge idle for ten minutes, a long one does not', async () => {
  const store = await openTestStore()
  try {
    await insertCalls(store, [
      { ts: NOW - 400 * SECOND, source: 'old', span_id: spanId(1) },
      { ts: NOW - 20 * SECOND, source: 'new', span_id: spanId(2) },
      { ts: NOW - 7200 * SECOND, source: 'ancient', span_id: spanId(3) },
    ])
    const live = await readGraph(store, { from_us: NOW - 300 * SECOND, to_us: NOW }, NOW)
    expect(live.edges.map(({ source, calls, health }) => [source, calls, health])).toEqual([
      ['new', 1, 'unknown'],
      ['old', 0, 'idle'],
    ])
    const long = await readGraph(store, { from_us: NOW - 7100 * SECOND, to_us: NOW }, NOW)
    expect(long.edges.map(({ source }) => source)).toEqual(['new', 'old'])
  } finally {
    await store.remove()
  }
})
