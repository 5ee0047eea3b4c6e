import {
  grantText,
  isPathPart,
  parseJoinToken,
  parseSpiffeId,
  renewalText,
  serviceOfId,
  spiffeIdOf,
} from '../../model/identity.ts'

test('an ID is made of trust domain and service, and taken apart again', () => {
  const id = spiffeIdOf('prod.example', 'checkout')
  expect(id).toBe('spiffe://prod.example/svc/checkout')
  expect(parseSpiffeId(id)).toEqual({ trustDomain: 'prod.example', path: ['svc', 'checkout'] })
  expect(serviceOfId(id)).toBe('checkout')
  expect(parseSpiffeId('spiffe://prod.example/ns/shop/sa/web')?.path).toEqual(['ns', 'shop', 'sa', 'web'])
})

test.each([
  'http://prod.example/svc/a',
  'spiffe://prod.example',
  'spiffe://prod.example/',
  'spiffe://Prod.example/svc/a',
  'spiffe://prod.example:443/svc/a',
  'spiffe://user@prod.example/svc/a',
  'spiffe://prod.example/svc/../admin',
  'spiffe://prod.example/svc//a',
  'spiffe://prod.example/svc/a/',
  'spiffe://prod.example/svc/a?x=1',
  'spiffe://prod.example/svc/%61',
  `spiffe://prod.example/${'a/'.repeat(1100)}a`,
])('%s is no ID of a service', (text) => {
  expect(parseSpiffeId(text)).toBeUndefined()
})

test('parts of a path', () => {
  expect(['orders', 'a.b-c_1'].every(isPathPart)).toBe(true)
  expect(['', '.', '..', 'a/b', 'a@b', 'ä', 'a'.repeat(129)].some(isPathPart)).toBe(false)
})

test('a join token holds a secret and the fingerprint of the CA', () => {
  const token = `tmj_${'a'.repeat(43)}.${'0f'.repeat(16)}`
  expect(parseJoinToken(`${token}\n`)).toEqual({ secret: 'a'.repeat(43), fingerprint: '0f'.repeat(16) })
  expect([token.slice(1), token.slice(0, -1), `${token}0`, ''].some(parseJoinToken)).toBe(false)
})

test('what is signed tells tap, request and every certificate apart', () => {
  expect(renewalText('a', 'csr')).not.toBe(renewalText('a\ncsr', ''))
  const grant = { id: 'i', chain: 'c\n', bundle: 'b\n' }
  expect(grantText(grant)).toBe('tapmesh grant 1\ni\nc\nb\n')
})
