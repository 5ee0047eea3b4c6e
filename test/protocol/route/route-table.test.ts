import fc from 'fast-check'
import { RouteTable } from '../../../protocol/route/route-table.ts'
import { RouteTrie } from '../../../protocol/route/route-trie.ts'

const lookup = (table: RouteTable, path: string) => {
  const bytes = Buffer.from(`GET ${path}?q HTTP/1.1`)
  return table.routeOf(bytes, 4, 4 + Buffer.byteLength(path))
}

describe('RouteTable', () => {
  test('answers as the trie does, hot or not', () => {
    fc.assert(
      fc.property(fc.array(fc.webPath(), { maxLength: 30 }), (paths) => {
        const table = new RouteTable(1000)
        const trie = new RouteTrie({ routes_max: 1000, children_max: 100 })
        for (const path of [...paths, ...paths]) {
          expect(lookup(table, path).text).toBe(trie.find(Buffer.from(path), 0, Buffer.byteLength(path)).text)
        }
      }),
    )
  })

  test('a collapse empties the cache', () => {
    const table = new RouteTable(1000, 2)
    expect(lookup(table, '/ant').text).toBe('/ant')
    lookup(table, '/bee')
    lookup(table, '/cow')
    expect(lookup(table, '/ant').text).toBe('/{*}')
  })

  test('a million distinct paths: templates stay under the cap and memory does not grow', () => {
    const table = new RouteTable(1000)
    const bytes = Buffer.alloc(64, '/')
    const given = new Set<string>()
    const flood = (from: number, to: number) => {
      for (let count = from; count < to; count++) {
        // Letters only, so that no rule of the tokenizer helps.
        let length = 1
        for (let rest = count; rest > 0; rest = (rest / 16) | 0) bytes[length++] = 0x61 + (rest % 16)
        bytes[length++] = 0x2f
        bytes[length++] = 0x61 + (count % 7)
        given.add(table.routeOf(bytes, 0, length).text)
      }
    }
    flood(0, 100_000)
    const before = process.memoryUsage().heapUsed
    flood(100_000, 1_000_000)
    expect(given.size).toBeLessThanOrEqual(1001)
    expect(table.size).toBeLessThanOrEqual(1000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024)
  })
})
