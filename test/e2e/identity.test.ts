import { mkdirSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallsAnswer } from '../../graph-api/contract.ts'
import type { JoinTokenAnswer } from '../../model/identity.ts'
import type { IdentityDescription } from '../../tap-proxy/identity/describe-identity.ts'
import { idOf, makeLeaf, makeTestAuthority, type TestAuthority } from '../support/identity/certificates.ts'
import { policyText } from '../support/policy.ts'
import { eventually } from '../support/tapmesh-process.ts'
import { call, callSteadily } from './support/calls.ts'
import { type ControlledMesh, openControlledMesh } from './support/controlled-mesh.ts'
import type { TapProcess } from './support/tap-process.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

/** Two real taps, a real control with its CA: from plaintext to strict mutual TLS without a failed call. */

let mesh: ControlledMesh

beforeAll(async () => {
  mesh = await openControlledMesh('tapmesh-identity')
})
afterEach(endTaps)
afterAll(() => mesh?.close())

/** Sets what holds for orders, and waits until both taps have it. */
async function setMtls(settings: string, taps: readonly TapProcess[]): Promise<void> {
  const document = policyText(`  orders: { mtls: { ${settings} } }\n`)
  const { revision } = await mesh.send<{ revision: string }>('PUT', '/config', { document, reason: settings })
  for (const tap of taps) {
    await eventually(
      async () =>
        (await tap.metric(new RegExp(`^tapmesh_config_revision_info.*${revision}`))) > 0 ? true : undefined,
      20_000,
      () => `a tap never had ${revision}: ${tap.stderr()}`,
    )
  }
}

const joinToken = async (service: string) =>
  (await mesh.send<JoinTokenAnswer>('POST', '/join-tokens', { service, reason: 'test' })).token

async function identityOf(tap: TapProcess, fits: (found: IdentityDescription) => boolean = () => true) {
  return eventually(
    async () => {
      const found = (await (await fetch(`${tap.admin()}/identity`)).json()) as IdentityDescription | null
      return found && fits(found) ? found : undefined
    },
    20_000,
    () => `no such identity: ${tap.stderr()}`,
  )
}

const common = () => ['--admin-port', '0', '--collector', mesh.collector, '--token-file', mesh.tokenFile]

async function startPair(name: string, identity: (service: string) => Promise<string[]>) {
  const orders = await startTapProcess([
    ...['--service', 'orders', '--name', `orders-${name}`, '--listen', '0', '--to', mesh.backend.address],
    ...common(),
    ...(await identity('orders')),
  ])
  const to = `127.0.0.1:${orders.port('inbound orders')}`
  const web = await startTapProcess([
    ...['--service', 'web', '--name', `web-${name}`, '--outbound', `0=orders@${to}`],
    ...common(),
    ...(await identity('web')),
  ])
  return { orders, web, direct: orders.port('inbound orders'), through: web.port('outbound orders') }
}

async function newest(tap: string, reporter: 'client' | 'server'): Promise<CallsAnswer['calls'][number]> {
  return eventually(
    async () => {
      const answer = await fetch(`${mesh.api}/api/v1/calls?destination=orders&reporter=${reporter}&limit=50`)
      const { calls } = (await answer.json()) as CallsAnswer
      return calls.find((found) => found.tap === tap && found.security === 'mtls')
    },
    20_000,
    () => `no call over mutual TLS by ${tap}`,
  )
}

test('plaintext, permissive, strict: joined with tokens, and not one call fails that proves itself', async () => {
  // The document names the trust domain; the CA follows it.
  await setMtls('mode: disabled, policy: permissive', [])
  const { orders, web, direct, through } = await startPair('joined', async (service) => [
    '--join-token',
    await joinToken(service),
  ])
  expect((await identityOf(orders)).id).toBe(idOf('orders'))
  expect((await identityOf(web)).id).toBe(idOf('web'))
  const load = callSteadily(through)
  expect((await call(direct)).status).toBe(200)

  await setMtls('mode: enforce, policy: permissive', [orders, web])
  expect((await call(direct)).status).toBe(200)
  expect(await newest('orders-joined', 'server')).toMatchObject({
    source: 'web',
    source_identity: idOf('web'),
    source_evidence: 'mtls',
    security: 'mtls',
  })
  expect(await newest('web-joined', 'client')).toMatchObject({ source: 'web', security: 'mtls' })

  await setMtls('mode: enforce, policy: strict', [orders, web])
  expect(await call(direct)).toMatchObject({ status: 403 })
  expect((await call(through)).status).toBe(200)
  await load.stop()
  expect(load.failed()).toEqual([])
  expect(load.results.length).toBeGreaterThan(100)

  await setMtls('mode: disabled, policy: permissive', [orders, web])
  expect((await call(direct)).status).toBe(200)
  expect((await call(through)).status).toBe(200)
})

describe('certificates of files', () => {
  let ca: TestAuthority
  const places = (service: string) => join(mesh.folder, 'tls', service)

  async function put(service: string, authority: TestAuthority, bundle: string): Promise<void> {
    const { key, certificate } = await makeLeaf(authority, { ids: [idOf(service)] })
    mkdirSync(places(service), { recursive: true })
    const texts = { 'tls.key': key, 'tls.crt': certificate, 'ca.crt': bundle }
    for (const [name, text] of Object.entries(texts)) {
      await writeFile(join(places(service), `${name}.new`), text)
      await rename(join(places(service), `${name}.new`), join(places(service), name))
    }
  }

  beforeAll(async () => {
    ca = await makeTestAuthority('root')
  })

  test('leaf and CA are exchanged under load, and no call fails', async () => {
    for (const service of ['orders', 'web']) await put(service, ca, ca.certificate)
    const { orders, web, through } = await startPair('files', async (service) => [
      '--identity-files',
      places(service),
    ])
    await setMtls('mode: enforce, policy: strict', [orders, web])
    await identityOf(orders)
    await identityOf(web)
    const load = callSteadily(through)
    const next = await makeTestAuthority('next root')
    const steps: [TestAuthority, string, string][] = [
      [ca, ca.certificate + next.certificate, 'both trusted'],
      [next, ca.certificate + next.certificate, 'new leaves'],
      [next, next.certificate, 'the old CA is gone'],
    ]
    for (const [authority, bundle] of steps) {
      for (const [service, tap] of [
        ['orders', orders],
        ['web', web],
      ] as const) {
        const { serial } = await identityOf(tap)
        await put(service, authority, bundle)
        await identityOf(tap, (found) => found.serial !== serial)
      }
      const before = load.results.length
      // Connections that are made now use what holds now.
      for (let turn = 0; turn < 20; turn++) expect((await call(through)).status).toBe(200)
      await eventually(
        () => (load.results.length > before + 20 ? true : undefined),
        20_000,
        () => 'no calls',
      )
    }
    await load.stop()
    expect(load.failed()).toEqual([])
    expect(orders.stderr()).not.toMatch(/refused/)
  })
})
