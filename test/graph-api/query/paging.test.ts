import fc from 'fast-check'
import type { CallsAnswer } from '../../../graph-api/contract.ts'
import { readCalls, strides } from '../../../graph-api/query/calls.ts'
import { decodeCursor } from '../../../graph-api/query/cursor.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
const ROWS = 300

beforeAll(async () => {
  store = await openTestStore()
  // Many rows share a microsecond, some of them even the span; they spread over 9 hours.
  await insertCalls(
    store,
    Array.from({ length: ROWS }, (_, index) => ({
      ts: NOW - 1 - (index % 30) * 1080 * SECOND,
      span_id: spanId(Math.floor(index / 2)),
      reporter: index % 2 ? ('client' as const) : ('server' as const),
      duration_us: index,
      source: index % 3 ? 'even' : 'third',
    })),
  )
})

afterAll(() => store.remove())

async function pages(from_us: number, limit: number, filters = {}): Promise<CallsAnswer['calls']> {
  const all: CallsAnswer['calls'] = []
  let cursor: string | null = null
  for (let page = 0; page < 1000; page++) {
    const after = cursor === null ? undefined : decodeCursor(cursor)
    const answer: CallsAnswer = await readCalls(store, { from_us, to_us: NOW }, filters, limit, after)
    expect(answer.calls.length).toBeLessThanOrEqual(limit)
    all.push(...answer.calls)
    cursor = answer.next_cursor
    if (cursor === null) return all
  }
  throw new Error('paging does not end')
}

test('pages of any size give every row exactly once, newest first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 17, max: 400 }), async (limit) => {
      const calls = await pages(NOW - 10 * 3600 * SECOND, limit)
      expect(calls).toHaveLength(ROWS)
      expect(new Set(calls.map(({ duration_us }) => duration_us)).size).toBe(ROWS)
      for (let index = 1; index < calls.length; index++) {
        expect(calls[index]!.ts <= calls[index - 1]!.ts).toBe(true)
      }
    }),
    { numRuns: 6 },
  )
})

test('filters hold on every page, and a shorter window leaves out what is older', async () => {
  const third = await pages(NOW - 10 * 3600 * SECOND, 40, { source: 'third' })
  expect(third).toHaveLength(ROWS / 3)
  const recent = await pages(NOW - 1500 * SECOND, 40)
  expect(recent).toHaveLength(20)
})

test('a cursor older than the window ends the pages', async () => {
  const after = { ts_us: NOW - 3600 * SECOND, span_id: spanId(1), reporter: 'server' }
  const answer = await readCalls(store, { from_us: NOW - 60 * SECOND, to_us: NOW }, {}, 10, after)
  expect(answer).toMatchObject({ calls: [], next_cursor: null })
})

test('strides cut a window without gap, newest first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 86_400 }), (seconds) => {
      const span = { from_us: NOW - seconds * SECOND, to_us: NOW }
      const parts = strides(span)
      expect(parts[0]!.to_us).toBe(span.to_us)
      expect(parts.at(-1)!.from_us).toBe(span.from_us)
      for (let index = 1; index < parts.length; index++)
        expect(parts[index]!.to_us).toBe(parts[index - 1]!.from_us)
    }),
  )
})
