import { SourceBook } from '../../../tap-proxy/relay/source-book.ts'

const book = () =>
  new SourceBook({
    reporter: 'server',
    source: '',
    source_instance: '',
    source_zone: '',
    source_identity: '',
    source_evidence: 'none',
    destination: 'orders',
    destination_zone: 'eu-1',
    destination_version: '7',
    security: 'plaintext',
  })

test('the same caller is the same object, and so are its parties', () => {
  const one = book()
  const web = one.source('web', '10.0.0.1', 'trace')
  expect(one.source('web', '10.0.0.1', 'trace')).toBe(web)
  expect(one.source('web', '10.0.0.1', 'config')).not.toBe(web)
  const parties = one.parties(web, '127.0.0.1:80', 'http')
  expect(parties).toMatchObject({
    source: 'web',
    source_evidence: 'trace',
    destination_instance: '127.0.0.1:80',
  })
  expect(one.parties(web, '127.0.0.1:81', 'http')).not.toBe(parties)
  expect(one.parties(web, '127.0.0.1:80', 'websocket')).not.toBe(parties)
  expect(one.parties(web, '127.0.0.1:80', 'http')).toBe(parties)
})

test('a destination named by the call is its own, and does not stick', () => {
  const one = book()
  const web = one.source('web', '', 'config')
  expect(one.parties(web, 'l', 'http', 'cart').destination).toBe('cart')
  expect(one.parties(web, 'l', 'http').destination).toBe('orders')
})

test('a flood of callers costs a bounded amount of memory', () => {
  const one = book()
  const first = one.source('caller-0', '', 'address')
  for (let count = 0; count <= 10_000; count++) one.source(`caller-${count}`, '', 'address')
  expect(one.source('caller-0', '', 'address')).not.toBe(first)
})
