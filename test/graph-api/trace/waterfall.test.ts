import { callOfRecord } from '../../../graph-api/query/call.ts'
import type { TraceRow } from '../../../graph-api/query/trace.ts'
import { barsOf, SPANS_MAX } from '../../../graph-api/trace/bar.ts'
import { markCritical, setSelfTime } from '../../../graph-api/trace/critical.ts'
import { correctSkew } from '../../../graph-api/trace/skew.ts'
import { depthFirst, treeOf } from '../../../graph-api/trace/tree.ts'
import { waterfallOf } from '../../../graph-api/trace/waterfall.ts'
import type { CallRecord } from '../../../model/call.ts'
import { spanId, traceId } from '../../support/mesh.ts'
import { record } from '../../support/record.ts'

const START = 1_790_000_000_000_000
const TRACE = traceId(1)

/** A row; `at` is its start after START, `by` the tap's name. */
function row(
  span: number,
  parent: number,
  reporter: CallRecord['reporter'],
  at: number,
  duration_us: number,
  more: Partial<CallRecord> = {},
): TraceRow {
  const call = record({
    trace_id: TRACE,
    span_id: spanId(span),
    parent_span_id: parent === 0 ? '' : spanId(parent),
    reporter,
    ts: START + at,
    duration_us,
    tap: `${reporter}-${span}`,
    ...more,
  })
  return { start_us: call.ts, call: callOfRecord(call) }
}

test('both reporters of a call make one bar with the share of the network', () => {
  const answer = waterfallOf(TRACE, [row(1, 0, 'client', 0, 1000), row(1, 0, 'server', 100, 800)])
  expect(answer.spans).toHaveLength(1)
  expect(answer.spans[0]).toMatchObject({ start_us: 0, duration_us: 1000, network_us: 200 })
  expect(answer.spans[0]!.client!.reporter).toBe('client')
  expect(answer.spans[0]!.server!.reporter).toBe('server')
  expect(answer).toMatchObject({ duration_us: 1000, gaps: [], skew_us: 0 })
})

test('a callee that made a span of its own under the callers is the same bar, and its children hang there', () => {
  const answer = waterfallOf(TRACE, [
    row(1, 0, 'client', 0, 1000),
    row(2, 1, 'server', 100, 800),
    row(3, 2, 'client', 200, 300),
  ])
  expect(answer.spans.map(({ span_id, depth }) => [Number.parseInt(span_id, 16), depth])).toEqual([
    [1, 0],
    [3, 1],
  ])
  expect(answer.spans[0]!.network_us).toBe(200)
})

test.each(['client', 'server'] as const)('where only the %s reported, the other side is null', (reporter) => {
  const [span] = waterfallOf(TRACE, [row(1, 0, reporter, 0, 1000)]).spans
  expect(span!.network_us).toBeNull()
  expect([span!.client === null, span!.server === null]).toEqual([
    reporter === 'server',
    reporter === 'client',
  ])
})

test('a parent that nobody reported is a named gap', () => {
  const answer = waterfallOf(TRACE, [row(1, 0, 'server', 0, 1000), row(3, 2, 'server', 100, 200)])
  expect(answer.gaps).toEqual([{ parent_span_id: spanId(2), child_span_id: spanId(3) }])
  expect(answer.spans.map(({ depth }) => depth)).toEqual([0, 0])
})

test('a clock that is off is corrected by putting the callee into the middle of the call', () => {
  const answer = waterfallOf(TRACE, [
    row(1, 0, 'client', 0, 1000, { tap: 'a' }),
    row(1, 0, 'server', 5_000_000, 800, { tap: 'b' }),
    row(2, 1, 'client', 5_000_100, 300, { tap: 'b' }),
  ])
  expect(answer.skew_us).toBe(4_999_900)
  expect(answer.duration_us).toBe(1000)
  expect(answer.spans[1]!.start_us).toBe(200)
})

test('a small network delay is no skew', () => {
  expect(waterfallOf(TRACE, [row(1, 0, 'client', 0, 1000), row(1, 0, 'server', 3, 990)]).skew_us).toBe(0)
})

test('a child never starts before its parent', () => {
  const answer = waterfallOf(TRACE, [
    row(1, 0, 'server', 0, 1000, { tap: 'a' }),
    row(2, 1, 'server', -700, 500, { tap: 'b' }),
  ])
  expect(answer.spans.map(({ start_us }) => start_us)).toEqual([0, 250])
  expect(answer.skew_us).toBe(950)
})

test('parent ids in a circle end nowhere else than in a root', () => {
  const answer = waterfallOf(TRACE, [
    row(1, 2, 'server', 0, 100),
    row(2, 1, 'server', 10, 50),
    row(3, 3, 'server', 20, 50),
  ])
  expect(answer.spans).toHaveLength(3)
  expect(answer.spans.map(({ depth }) => depth)).toEqual([0, 1, 0])
})

test('self time leaves out what children cover, once', () => {
  const { bars, byId } = barsOf([
    row(1, 0, 'server', 0, 1000),
    row(2, 1, 'server', 100, 300),
    row(3, 1, 'server', 200, 300),
    row(4, 1, 'server', 900, 500),
  ])
  const { roots } = treeOf({ bars, byId })
  expect(correctSkew(roots)).toBe(0)
  setSelfTime(bars)
  expect(roots[0]!.self_us).toBe(1000 - 400 - 100)
})

test('the critical path takes the child that finished last, and what had to end before it began', () => {
  const { bars, byId } = barsOf([
    row(1, 0, 'server', 0, 1000),
    row(2, 1, 'server', 100, 200),
    row(3, 1, 'server', 100, 700),
    row(4, 1, 'server', 50, 40),
    row(5, 3, 'server', 300, 400),
  ])
  const { roots } = treeOf({ bars, byId })
  correctSkew(roots)
  markCritical(roots)
  const critical = depthFirst(roots).filter(({ critical }) => critical)
  expect(critical.map(({ span_id }) => Number.parseInt(span_id, 16)).sort()).toEqual([1, 3, 4, 5])
})

test('a chain of 12,000 calls is cut at the limit and does not overflow the stack', () => {
  const rows = Array.from({ length: 12_000 }, (_, index) =>
    row(index + 1, index, 'server', index, 20_000 - index),
  )
  const { spans } = waterfallOf(TRACE, rows)
  expect(spans).toHaveLength(SPANS_MAX)
  expect(spans.at(-1)!.depth).toBe(SPANS_MAX - 1)
})

test('rows of an observer stand in only where no tap saw the call', () => {
  const answer = waterfallOf(TRACE, [
    row(1, 0, 'observer', 0, 900),
    row(1, 0, 'server', 0, 800),
    row(2, 1, 'otlp', 5, 7),
  ])
  expect(answer.spans.map(({ duration_us, server }) => [duration_us, server === null])).toEqual([
    [800, false],
    [7, true],
  ])
})

/**
 * One call of a shop: an outbound tap, an inbound tap, and the program behind it with its own spans.
 * Golden: what the trace page shows.
 */
function shopTrace(): TraceRow[] {
  const otlp = (span: number, parent: number, at: number, us: number, more: Partial<CallRecord>): TraceRow =>
    row(span, parent, 'otlp', at, us, { tap: `otlp/${more.source ?? 'orders'}@h`, ...more })
  return [
    otlp(1, 0, 0, 10_000, { source: 'web', destination: 'orders', route: '' }),
    row(2, 1, 'client', 100, 9_800, { source: 'web', destination: 'orders' }),
    row(3, 2, 'server', 300, 9_400, { source: 'web', destination: 'orders' }),
    otlp(4, 3, 400, 9_000, { source: 'unknown', destination: 'orders', tap: 'otlp/orders@h' }),
    otlp(5, 4, 500, 2_000, { source: 'orders', destination: 'orders', protocol: 'internal', route: 'check' }),
    otlp(6, 4, 3_000, 5_000, { source: 'orders', destination: 'db', tap: 'otlp/orders@h' }),
    row(7, 6, 'client', 3_100, 4_800, { source: 'orders', destination: 'db', tap: 'client-2' }),
  ]
}

test("a program's spans nest between the taps' records, each named after its caller", () => {
  const answer = waterfallOf(TRACE, shopTrace())
  const line = (span: (typeof answer.spans)[number]) =>
    `${'  '.repeat(span.depth)}${span.source} -> ${span.destination} ${span.protocol} ${span.start_us}+${span.duration_us} self ${span.self_us}${span.critical ? ' *' : ''}`
  expect(answer.spans.map(line)).toEqual([
    'web -> orders http 0+10000 self 200 *',
    '  web -> orders http 100+9800 self 800 *',
    '    web -> orders http 400+9000 self 2000 *',
    '      orders -> orders internal 500+2000 self 2000 *',
    '      orders -> db http 3000+5000 self 200 *',
    '        orders -> db http 3100+4800 self 4800 *',
  ])
  expect(answer).toMatchObject({
    services: ['db', 'orders', 'web'],
    gaps: [],
    skew_us: 0,
    duration_us: 10_000,
  })
  expect(answer.spans[1]!.server!.span_id).toBe(spanId(3))
})

test('a span that its program sent twice is one bar', () => {
  const once = waterfallOf(TRACE, shopTrace())
  const twice = shopTrace().flatMap((row) => (row.call.reporter === 'otlp' ? [row, row] : [row]))
  expect(waterfallOf(TRACE, twice)).toEqual(once)
})

test('where the root span of a program knows no caller, it stays unknown', () => {
  const [span] = waterfallOf(TRACE, [row(1, 0, 'otlp', 0, 10, { source: 'unknown' })]).spans
  expect(span!.source).toBe('unknown')
})
