import { PAGES } from '../../../ui/pages.ts'
import { firstOfEach, pageOf } from '../../../ui/state/page.ts'

test.each([
  ['/', 'map', {}],
  ['/map', 'map', {}],
  ['/service/a%2Fb', 'service', { id: 'a/b' }],
  ['/edge/cart/payment', 'edge', { source: 'cart', destination: 'payment' }],
  ['/edge/cart', 'missing', {}],
  ['/trace/abc', 'trace', { id: 'abc' }],
  ['/service/%E0%A4%A', 'service', { id: '%E0%A4%A' }],
  ['/enforce', 'enforce', {}],
  ['/enforce/cart', 'enforce', {}],
  ['/enforce/cart/retries', 'feature', { service: 'cart', feature: 'retries' }],
  ['/nothing', 'missing', {}],
])('%s is the page %s', (path, name, parameters) => {
  expect(pageOf(PAGES, path)).toMatchObject({ name, parameters })
})

test('names, paths and keys of pages are theirs alone', () => {
  for (const own of [
    PAGES.map(({ name }) => name),
    PAGES.map(({ path }) => path),
    PAGES.flatMap(({ key }) => (key ? [key[0]] : [])),
  ]) {
    expect(new Set(own).size).toBe(own.length)
  }
})

test('a link of the navigation or of a tab needs no parameters', () => {
  const tabbed = PAGES.filter(({ tab }) => tab !== undefined)
  const linked = [...firstOfEach(PAGES, 'menu'), ...firstOfEach(tabbed, 'tab')]
  expect(linked.map(({ path }) => path).filter((path) => path.includes(':'))).toEqual([])
})
