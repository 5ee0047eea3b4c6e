import { RouteTable } from '../../../protocol/route/route-table.ts'
import type { SealedRows } from '../../../tap-proxy/ship/row-buffer.ts'
import { RowBuffer } from '../../../tap-proxy/ship/row-buffer.ts'
import { draftOf } from '../support/draft.ts'

describe('RowBuffer', () => {
  const route = (path: string) => new RouteTable(10).routeOf(Buffer.from(path), 0, path.length)

  test('gives out a copy of what was written and starts anew', () => {
    const buffer = new RowBuffer('t', () => {})
    expect(buffer.take()).toBeUndefined()
    buffer.call(draftOf(), route('/a'))
    buffer.call(draftOf(), route('/a'))
    const first = buffer.take()!
    const text = first.body.toString()
    expect(first.rows).toBe(2)
    buffer.call(draftOf({ ts: 1 }), route('/b'))
    expect(first.body.toString()).toBe(text)
    expect(text.split('\n')).toHaveLength(3)
    expect(buffer.rows).toBe(1)
  })

  test('seals by itself before a row could run over the end', () => {
    const sealed: SealedRows[] = []
    const buffer = new RowBuffer('t', (rows) => sealed.push(rows), 65_536)
    const long = draftOf({ path: `/${'\u0001'.repeat(2000)}` })
    for (let count = 0; count < 100; count++) buffer.call(long, route('/a'))
    const rows = sealed.reduce((sum, part) => sum + part.rows, buffer.rows)
    expect(rows).toBe(100)
    for (const part of sealed) {
      expect(part.body.length).toBeLessThanOrEqual(65_536)
      expect(part.body.at(-1)).toBe(0x0a)
    }
  })

  test('a full buffer is handed over as it is and comes round again, never while it is read', () => {
    const sealed: SealedRows[] = []
    const buffer = new RowBuffer('t', (rows) => sealed.push(rows), 65_536)
    while (sealed.length < 2) buffer.call(draftOf(), route('/a'))
    const [first, second] = sealed as [SealedRows, SealedRows]
    expect(first.memory).toBeDefined()
    expect(second.memory).not.toBe(first.memory)
    const text = first.body.toString()
    while (sealed.length < 3) buffer.call(draftOf({ ts: 9 }), route('/b'))
    expect(first.body.toString()).toBe(text)
    buffer.recycle(first.memory!)
    while (sealed.length < 5) buffer.call(draftOf(), route('/c'))
    expect(sealed[4]!.memory).toBe(first.memory)
  })

  test('few rows are copied, so that a small batch never holds a large buffer', () => {
    const buffer = new RowBuffer('t', () => {})
    buffer.call(draftOf(), route('/a'))
    const sealed = buffer.take()!
    expect(sealed.memory).toBeUndefined()
  })
})
