import { execFileSync } from 'node:child_process'
import { sign, verify, X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  IdentityAuthority,
  type IdentityEvent,
  type IdentityOptions,
  LEAF_MS,
} from '../../../control/identity/identity.ts'
import { fingerprintOf } from '../../../identity/pem.ts'
import { loadX509 } from '../../../identity/x509.ts'
import { grantText, parseJoinToken, renewalText } from '../../../model/identity.ts'
import { makeRequest } from '../../support/identity/request.ts'
import { program, testWith } from '../../support/system.ts'

const DAY = 86_400_000
let folder = ''
let now = 0
let events: IdentityEvent[] = []
let warnings: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-ca-'))
  now = Date.now()
  events = []
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(options: Partial<IdentityOptions> = {}): IdentityAuthority {
  return new IdentityAuthority({
    folder: join(folder, 'ca'),
    trustDomain: () => 'prod.example',
    audit: async (event) => void events.push(event),
    onWarning: (text) => void warnings.push(text),
    now: () => now,
    ...options,
  })
}

async function joined(ca: IdentityAuthority, service = 'orders', tap = 'orders-1') {
  const { token } = await ca.joinToken({ service, reason: 'first tap', actor: 'ada' })
  const request = await makeRequest()
  return { ...request, token, grant: await ca.issue(tap, { csr: request.csr, join_token: token }) }
}

const caFiles = () => readdirSync(join(folder, 'ca')).sort()

describe('joining', () => {
  test('control names the leaf, whatever the request says; it is written down who let it in', async () => {
    const { grant } = await joined(open())
    const leaf = new X509Certificate(grant.chain)
    expect(grant.id).toBe('spiffe://prod.example/svc/orders')
    expect(leaf.subjectAltName).toBe('URI:spiffe://prod.example/svc/orders')
    expect(leaf.subject).toBe('CN=orders-1')
    expect(leaf.ca).toBe(false)
    expect(leaf.validToDate.getTime() - now).toBeLessThanOrEqual(LEAF_MS)
    expect(events).toEqual([
      expect.objectContaining({ action: 'join-token', actor: 'ada', reason: 'first tap', auto: false }),
      expect.objectContaining({
        action: 'identity',
        actor: 'ada',
        text: expect.stringMatching(/^spiffe:\/\/prod\.example\/svc\/orders for tap orders-1 until 2/),
      }),
    ])
  })

  test('critical key usage of signatures alone, both extended usages, one name: read by a real parser', async () => {
    const { grant } = await joined(open())
    const x509 = await loadX509()
    const leaf = new x509.X509Certificate(grant.chain)
    expect(leaf.getExtension(x509.KeyUsagesExtension)).toMatchObject({
      critical: true,
      usages: x509.KeyUsageFlags.digitalSignature,
    })
    expect(leaf.getExtension(x509.ExtendedKeyUsageExtension)!.usages).toHaveLength(2)
    expect(leaf.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ critical: true, ca: false })
    expect(leaf.getExtension(x509.SubjectAlternativeNameExtension)!.names.toJSON()).toHaveLength(1)
  })

  testWith('openssl')('openssl takes the chain for both purposes, strictly', async () => {
    const { grant } = await joined(open())
    writeFileSync(join(folder, 'leaf.pem'), grant.chain)
    writeFileSync(join(folder, 'bundle.pem'), grant.bundle)
    for (const purpose of ['sslclient', 'sslserver']) {
      const words = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'bundle.pem', 'leaf.pem']
      expect(execFileSync(program('openssl')!, words, { cwd: folder, encoding: 'utf8' })).toBe(
        'leaf.pem: OK\n',
      )
    }
  })

  test('the answer is signed by the CA that the token names', async () => {
    const { token, grant } = await joined(open())
    const ca = new X509Certificate(grant.bundle)
    expect(fingerprintOf(grant.bundle)).toBe(parseJoinToken(token)!.fingerprint)
    const holds = (text: string) =>
      verify('sha256', Buffer.from(text), ca.publicKey, Buffer.from(grant.signature, 'base64'))
    expect(holds(grantText(grant))).toBe(true)
    expect(holds(grantText({ ...grant, bundle: grant.bundle + grant.bundle }))).toBe(false)
  })

  test.each([
    ['no token', undefined],
    ['no form of one', 'letmein'],
    ['one never made', `tmj_${'A'.repeat(43)}.${'0'.repeat(32)}`],
  ])('%s: refused with a code', async (_, join_token) => {
    const { csr } = await makeRequest()
    await expect(open().issue('orders-1', { csr, join_token })).rejects.toMatchObject({
      code: 'TAPMESH_JOIN_TOKEN_REFUSED',
    })
  })

  test.each([
    ['no PEM', async () => 'hello', /cannot be read/],
    ['a key of another curve', async () => (await makeRequest('P-384')).csr, /a key of P-384/],
    ['far too large', async () => 'x'.repeat(9000), /larger than/],
    [
      'signed by another key',
      async () => {
        const der = Buffer.from((await makeRequest()).csr.replace(/-----[^-]+-----|\s/g, ''), 'base64')
        der[der.length - 1]! ^= 1
        return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`
      },
      /not signed by its own key/,
    ],
  ])('a request that is %s', async (_, csr, message) => {
    const ca = open()
    const { token } = await ca.joinToken({ service: 'orders', reason: 'test' })
    await expect(ca.issue('orders-1', { csr: await csr(), join_token: token })).rejects.toMatchObject({
      code: 'TAPMESH_CSR_INVALID',
      message: expect.stringMatching(message),
    })
  })

  test('a service whose name fits no SPIFFE ID, and a token that the audit does not take', async () => {
    await expect(open().joinToken({ service: 'a/b', reason: 'test' })).rejects.toMatchObject({
      code: 'TAPMESH_QUERY_INVALID',
    })
    const deaf = open({ audit: () => Promise.reject(new Error('the store is down')) })
    await expect(deaf.joinToken({ service: 'orders', reason: 'test' })).rejects.toThrow('the store is down')
  })
})

describe('renewal', () => {
  async function renewalOf(tap: string, key: string, certificate: string, signedFor = tap) {
    const { csr } = await makeRequest()
    const signature = sign('sha256', Buffer.from(renewalText(signedFor, csr)), key).toString('base64')
    return { csr, renewal: { certificate, signature } }
  }

  test('the old key vouches for the new one; nobody has to act, and an audit that is down stops nothing', async () => {
    const ca = open()
    const { key, grant } = await joined(ca)
    now += LEAF_MS / 2
    const deaf = open({ audit: () => Promise.reject(new Error('the store is down')) })
    const renewed = await deaf.issue('orders-1', await renewalOf('orders-1', key, grant.chain))
    expect(renewed.id).toBe(grant.id)
    expect(Date.parse(renewed.not_after)).toBe(now + LEAF_MS)
    expect(warnings).toEqual([expect.stringContaining('the store is down')])
    const hanging = open({ audit: () => new Promise(() => {}) })
    expect((await hanging.issue('orders-1', await renewalOf('orders-1', key, grant.chain))).id).toBe(grant.id)
  })

  test.each([
    [
      'another tap',
      async (key: string, chain: string) => renewalOf('orders-2', key, chain),
      /is not the one of tap/,
    ],
    [
      'another key',
      async (_: string, chain: string) => renewalOf('orders-2', (await makeRequest()).key, chain, 'orders-2'),
      /is not the one of tap/,
    ],
    ['no certificate', async (key: string) => renewalOf('orders-2', key, 'nothing'), /not signed by a CA/],
  ])('refused: %s', async (_, ask, message) => {
    const ca = open()
    const { key, grant } = await joined(ca)
    await expect(ca.issue('orders-2', await ask(key, grant.chain))).rejects.toMatchObject({
      code: 'TAPMESH_RENEWAL_REFUSED',
      message: expect.stringMatching(message),
    })
  })

  test('refused: a signature of another key, one for another tap, an expired leaf, a leaf of a foreign CA', async () => {
    const ca = open()
    const { key, grant } = await joined(ca)
    const refused = async (ask: Parameters<IdentityAuthority['issue']>[1], message: RegExp) =>
      expect(ca.issue('orders-1', ask)).rejects.toMatchObject({ message: expect.stringMatching(message) })
    await refused(await renewalOf('orders-1', (await makeRequest()).key, grant.chain), /whose key signed/)
    await refused(await renewalOf('orders-1', key, grant.chain, 'orders-2'), /whose key signed/)
    const foreign = await joined(open({ folder: join(folder, 'foreign') }))
    await refused(await renewalOf('orders-1', foreign.key, foreign.grant.chain), /not signed by a CA/)
    now += LEAF_MS + 1000
    await refused(await renewalOf('orders-1', key, grant.chain), /has expired/)
    now -= 2 * LEAF_MS
    const before = open({ folder: join(folder, 'ca') })
    await expect(
      before.issue('orders-1', await renewalOf('orders-1', key, grant.chain)),
    ).rejects.toMatchObject({
      code: 'TAPMESH_CA_DAMAGED',
      message: expect.stringContaining('begin in the future'),
    })
  })
})

describe('the CA', () => {
  test('is made once, however many ask at the same time, and locked up', async () => {
    const ca = open()
    await Promise.all([1, 2, 3].map(() => ca.joinToken({ service: 'orders', reason: 'test' })))
    expect(caFiles()).toEqual(['1.pem'])
    expect(statSync(join(folder, 'ca')).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'ca', '1.pem')).mode & 0o777).toBe(0o600)
  })

  test('two processes that start at once agree on one', async () => {
    const [left, right] = await Promise.all(
      [open(), open()].map((ca) => ca.joinToken({ service: 'orders', reason: 'test' })),
    )
    expect(parseJoinToken(left!.token)!.fingerprint).toBe(parseJoinToken(right!.token)!.fingerprint)
  })

  test('the next one is in the bundle two months before it signs', async () => {
    const ca = open({ leaf_ms: 400 * DAY })
    const { grant: first } = await joined(ca)
    const [one] = first.bundle.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----/g)!
    expect(Date.parse(first.not_after)).toBeLessThan(now + 366 * DAY)
    now += 246 * DAY
    const { grant: later } = await joined(ca)
    const issuer = new X509Certificate(later.chain).issuer
    expect(caFiles()).toEqual(['1.pem', '2.pem'])
    expect(later.bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(issuer).toBe(new X509Certificate(one!).subject)
    now += 61 * DAY
    const { grant: last } = await joined(ca)
    expect(new X509Certificate(last.chain).issuer).not.toBe(issuer)
    now += 60 * DAY
    expect((await joined(ca)).grant.bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
  })

  test('a damaged file is told, and what is put right is read without a restart', async () => {
    const ca = open()
    await ca.joinToken({ service: 'orders', reason: 'test' })
    const other = open()
    const path = join(folder, 'ca', '2.pem')
    writeFileSync(path, 'torn')
    await expect(other.joinToken({ service: 'orders', reason: 'test' })).rejects.toMatchObject({
      code: 'TAPMESH_CA_DAMAGED',
      message: expect.stringContaining('2.pem'),
    })
    rmSync(path)
    await other.joinToken({ service: 'orders', reason: 'test' })
  })
})
