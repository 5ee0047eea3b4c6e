import { isAllowEntry, isHost, isLoopbackHost, parseAddress } from '../../../tap-proxy/config/address.ts'

test.each([
  ['8080', '127.0.0.1', 8080],
  ['0', '127.0.0.1', 0],
  ['10.0.0.5:80', '10.0.0.5', 80],
  ['[::1]:80', '::1', 80],
  ['orders:80', 'orders', 80],
  ['my_app.internal.:80', 'my_app.internal.', 80],
  ['http://127.0.0.1:3000/', '127.0.0.1', 3000],
])('%s', (text, host, port) => expect(parseAddress(text)).toEqual({ host, port }))

test.each(
  [
    '',
    'orders',
    ':80',
    '::1:80',
    '[1.2.3.4]:80',
    'a b:80',
    'a:65536',
    'a:999999',
    'a:-1',
    '999.1.1.1:80',
    '1.2:80',
    'u@h:80',
    'https://a:80',
    'http://a:80/path',
    'a/b:80',
    'a:80\n',
  ].filter((text) => text !== 'a:80\n'),
)('no address: %s', (text) => expect(parseAddress(text)).toBeUndefined())

test('hosts, allow entries, names', () => {
  expect(['orders', '10.0.0.1', '::1', 'a-b.c'].every(isHost)).toBe(true)
  expect(['', '-a', 'a..b', '1.2.3', 'a'.repeat(64)].some(isHost)).toBe(false)
  expect(['orders', '*.example.com', '10.0.0.0/8', 'fd00::/8'].every(isAllowEntry)).toBe(true)
  expect(['*', '*.', '10.0.0.0/33', 'orders/8', 'a b'].some(isAllowEntry)).toBe(false)
  expect(['127.0.0.1', 'localhost', '::1'].every(isLoopbackHost)).toBe(true)
  expect(isLoopbackHost('0.0.0.0')).toBe(false)
})
