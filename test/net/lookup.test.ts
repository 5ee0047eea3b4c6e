import { systemLookup } from '../../net/lookup.ts'

test('localhost is both families of the loopback, also where the resolver knows one of them only', async () => {
  expect([...(await systemLookup('localhost'))].sort()).toEqual(['127.0.0.1', '::1'])
})

test('an address is itself', async () => {
  expect(await systemLookup('127.0.0.2')).toEqual(['127.0.0.2'])
})
