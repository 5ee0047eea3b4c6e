import { pageOf } from '../../../ui/state/location.ts'

test.each([
  ['/', { name: 'map' }],
  ['/map', { name: 'map' }],
  ['/service/a%2Fb', { name: 'service', service: 'a/b' }],
  ['/edge/cart/payment', { name: 'edge', source: 'cart', destination: 'payment' }],
  ['/edge/cart', { name: 'missing' }],
  ['/trace/abc', { name: 'trace', trace: 'abc' }],
  ['/service/%E0%A4%A', { name: 'service', service: '%E0%A4%A' }],
  ['/nothing', { name: 'missing' }],
])('%s is a page', (path, page) => {
  expect(pageOf(path)).toEqual(page)
})
