import { callOfRecord } from '../../../graph-api/query/call.ts'
import type { TraceRow } from '../../../graph-api/query/trace.ts'
import { HOPS_MAX, pathsOf } from '../../../graph-api/trace/paths.ts'
import { spanId } from '../../support/mesh.ts'
import { record } from '../../support/record.ts'

/** A row: span, parent, who calls whom. */
function row(span: number, parent: number, source: string, destination: string, failed = false): TraceRow {
  const call = callOfRecord(
    record({
      ts: span,
      span_id: spanId(span),
      parent_span_id: parent === 0 ? '' : spanId(parent),
      source,
      destination,
      reporter: 'client',
      outcome: failed ? 'timeout' : 'ok',
    }),
  )
  return { start_us: span, call }
}

test('ways go from whoever began to where nobody was called on', () => {
  const { paths, broken } = pathsOf([
    row(1, 0, 'web', 'cart'),
    row(2, 1, 'cart', 'stock'),
    row(3, 1, 'cart', 'pay', true),
    row(4, 1, 'cart', 'pay'),
  ])
  expect(paths.sort((a, b) => (a.services.join() < b.services.join() ? -1 : 1))).toEqual([
    { services: ['web', 'cart', 'pay'], traces: 1, failed: 1 },
    { services: ['web', 'cart', 'stock'], traces: 1, failed: 0 },
  ])
  expect(broken).toBe(false)
})

test('a hop that nobody reported breaks the way instead of being guessed', () => {
  const { paths, broken } = pathsOf([row(1, 0, 'web', 'cart'), row(3, 2, 'cart', 'pay')])
  expect(paths.map(({ services }) => services.join('>')).sort()).toEqual(['cart>pay', 'web>cart'])
  expect(broken).toBe(true)
})

test('a child whose caller is not its parent’s callee begins a way of its own', () => {
  const { paths } = pathsOf([row(1, 0, 'web', 'cart'), row(2, 1, 'other', 'pay')])
  expect(paths.map(({ services }) => services)).toEqual([['other', 'pay']])
})

test('a chain without end is cut', () => {
  const rows = Array.from({ length: 200 }, (_, at) => row(at + 1, at, `s${at}`, `s${at + 1}`))
  expect(pathsOf(rows).paths[0]!.services).toHaveLength(HOPS_MAX + 1)
})
