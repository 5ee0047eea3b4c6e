import { type IdentityTexts, readIdentity } from '../../../tap-proxy/identity/identity.ts'
import { idOf, makeLeaf, makeTestAuthority, type TestAuthority } from '../../support/identity/certificates.ts'

const NAMES = { key: 'tls.key', chain: 'tls.crt', bundle: 'ca.crt' }
const HOUR = 3_600_000
let ca: TestAuthority
let good: IdentityTexts

beforeAll(async () => {
  ca = await makeTestAuthority('root')
  const { key, certificate } = await makeLeaf(ca)
  good = { key, chain: certificate, bundle: ca.certificate }
})

test('what fits is an identity', () => {
  expect(readIdentity(good, NAMES, Date.now())).toMatchObject({
    id: idOf('orders'),
    trustDomain: 'prod.example',
    ...good,
  })
})

test('an intermediate belongs behind the leaf, the root into the bundle', async () => {
  const between = await makeTestAuthority('between', ca)
  const { key, certificate } = await makeLeaf(between)
  const read = (chain: string, bundle: string) => readIdentity({ key, chain, bundle }, NAMES, Date.now())
  expect(read(certificate + between.certificate, ca.certificate).id).toBe(idOf('orders'))
  expect(() => read(certificate, ca.certificate)).toThrow(/its issuer CN=between is missing/)
  expect(() => read(certificate, between.certificate)).toThrow(/its issuer CN=root is missing/)
  expect(() => read(certificate + between.certificate + ca.certificate, between.certificate)).toThrow(
    /ca\.crt does not hold the root CN=root/,
  )
})

test.each<[string, (texts: IdentityTexts) => Promise<Partial<IdentityTexts>>, RegExp]>([
  [
    'a torn certificate',
    async ({ chain }) => ({ chain: chain.slice(0, 200) }),
    /tls\.crt holds no certificate/,
  ],
  ['a torn key', async ({ key }) => ({ key: key.slice(0, 60) }), /tls\.key holds no private key/],
  ['an empty bundle', async () => ({ bundle: '' }), /ca\.crt holds no certificate/],
  [
    'two certificates without a line break between them',
    async ({ chain, bundle }) => ({ chain: chain.trim() + bundle }),
    /tls\.crt: one certificate ends on the line/,
  ],
  [
    'a certificate whose inside is damaged',
    async ({ chain }) => ({ chain: chain.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA') }),
    /tls\.crt: certificate 1 cannot be read/,
  ],
  ["another certificate's key", async () => ({ key: (await makeLeaf(ca)).key }), /is not the key of/],
  ['expired', async () => leafOf({ to_ms: Date.now() - 1000 }), /has expired at/],
  ['from the future', async () => leafOf({ from_ms: Date.now() + HOUR / 2 }), /not valid before/],
  ['two names', async () => leafOf({ ids: [idOf('a'), idOf('b')] }), /not exactly one SPIFFE ID/],
  ['a name of another kind', async () => leafOf({ ids: ['https://a/b'] }), /not exactly one SPIFFE ID/],
  ['a CA in place of the leaf', async () => leafOf({ isCa: true, keyCertSign: true }), /is a CA/],
  ['a foreign CA', async () => ({ bundle: (await makeTestAuthority('other')).certificate }), /is missing/],
])('%s: refused in words', async (_, change, message) => {
  const texts = { ...good, ...(await change(good)) }
  expect(() => readIdentity(texts, NAMES, Date.now())).toThrow(
    expect.objectContaining({ code: 'TAPMESH_IDENTITY_INVALID', message: expect.stringMatching(message) }),
  )
})

async function leafOf(options: Parameters<typeof makeLeaf>[1]): Promise<Partial<IdentityTexts>> {
  const { key, certificate } = await makeLeaf(ca, options)
  return { key, chain: certificate }
}
