import { RouteTable } from '../../../protocol/route/route-table.ts'
import type { SealedRows } from '../../../tap-proxy/ship/row-buffer.ts'
import { RowBuffer } from '../../../tap-proxy/ship/row-buffer.ts'
import { draftOf } from '../support/draft.ts'
import { recordsIn } from '../support/stub-collector.ts'

describe('RowBuffer', () => {
  const route = (path: string) => new RouteTable(10).routeOf(Buffer.from(path), 0, path.length)

  test('gives out what was written and begins again', () => {
    const buffer = new RowBuffer('t', () => {})
    expect(buffer.take()).toBeUndefined()
    buffer.call(draftOf(), route('/a'))
    buffer.call(draftOf(), route('/a'))
    const first = buffer.take()!
    const before = recordsIn(first.body)
    expect([first.rows, before.length]).toEqual([2, 2])
    buffer.call(draftOf({ ts: 1 }), route('/b'))
    expect(buffer.rows).toBe(1)
    buffer.take()
    expect(recordsIn(first.body)).toEqual(before)
  })

  test('a full block is handed over with its memory, which comes round again, never while it is read', () => {
    const sealed: SealedRows[] = []
    const buffer = new RowBuffer('t', (rows) => sealed.push(rows))
    while (sealed.length < 2) buffer.call(draftOf(), route('/a'))
    const [first, second] = sealed as [SealedRows, SealedRows]
    expect(first.memory).toBeDefined()
    expect(second.memory).not.toBe(first.memory)
    const before = recordsIn(first.body)
    while (sealed.length < 3) buffer.call(draftOf({ ts: 9 }), route('/b'))
    expect(recordsIn(first.body)).toEqual(before)
    buffer.recycle(first.memory!)
    while (sealed.length < 4) buffer.call(draftOf(), route('/c'))
    expect(sealed[3]!.memory).toBe(first.memory)
  })

  test('few rows are copied, so that a small batch never holds much memory', () => {
    const buffer = new RowBuffer('t', () => {})
    buffer.call(draftOf(), route('/a'))
    const sealed = buffer.take()!
    expect(sealed.memory).toBeUndefined()
    expect(sealed.body.length).toBeLessThan(4096)
  })
})
