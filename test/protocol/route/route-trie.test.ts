import fc from 'fast-check'
import { RouteTrie } from '../../../protocol/route/route-trie.ts'

const trie = (routes_max = 1000, children_max = 100) => {
  const tree = new RouteTrie({ routes_max, children_max })
  return { tree, find: (path: string) => tree.find(Buffer.from(path), 0, Buffer.byteLength(path)).text }
}

describe('RouteTrie', () => {
  test.each([
    ['/', '/'],
    ['/users/42', '/users/{id}'],
    ['/users/42/orders/', '/users/{id}/orders/'],
    ['//a', '//a'],
    ['*', '*'],
    ['', ''],
    ['example.com:443', ''],
  ])('%s -> %s', (path, wanted) => expect(trie().find(path)).toBe(wanted))

  test('the same template is the same object', () => {
    const { tree } = trie()
    const find = (path: string) => tree.find(Buffer.from(path), 0, path.length)
    expect(find('/users/1')).toBe(find('/users/2'))
  })

  test('siblings that are too many collapse', () => {
    const { tree, find } = trie(1000, 3)
    expect(['/s/ant', '/s/bee', '/s/cow'].map(find)).toEqual(['/s/ant', '/s/bee', '/s/cow'])
    expect(['/s/dog', '/s/ant', '/s/eel/eggs'].map(find)).toEqual(['/s/{*}', '/s/{*}', '/s/{*}/eggs'])
    expect(tree.collapses).toBe(1)
  })

  test('past the cap known templates stay and new ones are __other__', () => {
    const { tree, find } = trie(2)
    expect(['/a', '/b', '/c', '/c/d', '/a'].map(find)).toEqual(['/a', '/b', '__other__', '__other__', '/a'])
    expect(tree.size).toBe(2)
  })

  test('deep paths end in {*}', () => {
    const { find } = trie()
    expect(find('/a'.repeat(100))).toBe(`${'/a'.repeat(16)}/{*}`)
  })

  test('no paths give more templates than the cap', () => {
    fc.assert(
      fc.property(fc.array(fc.webPath(), { maxLength: 50 }), (paths) => {
        const { tree, find } = trie(5, 4)
        const given = new Set(paths.map(find).filter((text) => text.startsWith('/')))
        expect(given.size).toBeLessThanOrEqual(5)
        expect(tree.size).toBeLessThanOrEqual(5)
      }),
    )
  })
})
