import { parseFind } from '../../../picture/find/grammar.ts'
import { findTextOf } from '../../../ui/pages/trace-on-map.ts'
import { traceOf } from '../../support/fake-calls.ts'
import { shop } from '../../support/fake-graph.ts'

const { spans } = traceOf(shop(), 'a'.repeat(32))

test('each pair of a trace once, in words that the find language understands', () => {
  const text = findTextOf([...spans, ...spans])
  const pairs = new Set(spans.map((span) => `${span.source} ${span.destination}`))
  expect(text.split(' or ')).toHaveLength(pairs.size)
  expect(text).toContain('(source = "cart" and destination = "payment")')
  expect(parseFind(text)).toMatchObject({ kind: 'or' })
})

test('own work and names that cannot be quoted are left out', () => {
  const [span] = spans
  expect(findTextOf([{ ...span!, protocol: 'internal' }])).toBe('')
  expect(findTextOf([{ ...span!, source: 'a"b' }])).toBe('')
})
