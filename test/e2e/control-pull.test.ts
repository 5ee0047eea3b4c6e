import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigAnswer, TapConfig } from '../../model/enforcement.ts'
import { policyText } from '../support/policy.ts'
import { eventually } from '../support/tapmesh-process.ts'
import { call } from './support/calls.ts'
import { type ControlledMesh, openControlledMesh } from './support/controlled-mesh.ts'
import type { TapProcess } from './support/tap-process.ts'
import { startTapProcess } from './support/tap-process.ts'

/** A real tap pulls from the real control of a `tapmesh up`: from the API's change to the tap's word. */

let mesh: ControlledMesh
let tap: TapProcess

beforeAll(async () => {
  mesh = await openControlledMesh('control-pull')
  const { folder, backend, collector, tokenFile } = mesh
  tap = await startTapProcess([
    ...['--service', 'orders', '--name', 'orders-1', '--listen', '0', '--to', backend.address],
    ...['--outbound', `0=cart@${backend.address}`, '--admin-port', '0'],
    ...['--collector', collector, '--token-file', tokenFile, '--state-dir', join(folder, 'state')],
  ])
})
afterAll(() => mesh?.close())

const change = (method: string, path: string, body: object) =>
  mesh.send<{ revision: string }>(method, `/config${path}`, body)

/** What control knows of the tap, once it is so. */
const toldOf = (fits: (told: TapConfig) => boolean) =>
  eventually(
    async () => {
      const { taps } = await mesh.get<ConfigAnswer>('/config')
      return taps.find((told) => told.tap === 'orders-1' && fits(told))
    },
    30_000,
    () => `control never heard of it; the tap said:\n${tap.stderr()}\nup said:\n${mesh.up.output()}`,
  )

const POLICY = policyText(`  orders:
    authorization: { mode: dry-run, default: deny, rules: [{ id: web, action: allow, from: [web], methods: [GET] }] }
  cart:
    timeouts: { mode: dry-run, request: 2s }
  payment:
    timeouts: { mode: dry-run, request: 2s }
`)

test('a document set by the API is acknowledged by the tap, and calls go on', async () => {
  const { revision } = await change('PUT', '', { document: POLICY, reason: 'rehearse' })
  const told = await toldOf((each) => each.active === revision)
  expect(told).toMatchObject({ result: 'ack', revision, ignored: [], bypassed: false, reachable: true })
  expect(await tap.metric(new RegExp(`^tapmesh_config_revision_info\\{revision="${revision}"`))).toBe(1)
  expect((await call(tap.port('inbound orders'))).status).toBe(200)
  // It is kept after it was acknowledged: a slow disk holds nobody up.
  const kept = await eventually(
    () => readFile(join(mesh.folder, 'state', 'orders-1.state'), 'utf8').catch(() => undefined),
    10_000,
    () => 'the state was never kept',
  )
  const [, , text] = kept.split('\n')
  expect(Object.keys(JSON.parse(text!).services).sort()).toEqual(['cart', 'orders'])
})

test('a change wakes the tap that waits, and so does the bypass', async () => {
  const { revision } = await change('POST', '/edit', {
    service: 'orders',
    feature: 'authorization',
    set: { percent: '50' },
    reason: 'less of it',
  })
  await toldOf((told) => told.active === revision)
  await change('POST', '/bypass', { on: true, reason: 'an incident' })
  await toldOf((told) => told.bypassed)
  expect(await tap.metric(/^tapmesh_bypassed /)).toBe(1)
  await change('POST', '/bypass', { on: false, reason: 'it is over' })
  await toldOf((told) => !told.bypassed)
  expect((await call(tap.port('inbound orders'))).status).toBe(200)
})

test('a verdict is on the call that it was said of, and a switch to enforce does what it said', async () => {
  const edit = (set: Record<string, string>) =>
    change('POST', '/edit', { service: 'orders', feature: 'authorization', set, reason: 'step by step' })
  const { revision } = await edit({ mode: 'dry-run', percent: '100' })
  await toldOf((told) => told.active === revision)
  expect((await call(tap.port('inbound orders'))).status).toBe(200)
  expect(await tap.metric(/^tapmesh_would_total\{feature="authorization",decision="deny"\}/)).toBeGreaterThan(
    0,
  )
  const found = await eventually(
    async () => {
      type Found = { calls: { verdicts: string[]; config_version: string }[] }
      const { calls } = await mesh.get<Found>('/calls?would=deny&from=now-15m')
      return calls.find((one) => one.config_version === revision)
    },
    30_000,
    () => 'the call with its verdict was never stored',
  )
  expect(found.verdicts).toEqual(['authorization=would_deny;rule=default'])
  const enforced = await edit({ mode: 'enforce' })
  await toldOf((told) => told.active === enforced.revision)
  const refused = await call(tap.port('inbound orders'))
  expect(refused.status).toBe(403)
  expect(refused.body).toContain(`authorization;rule=default;v=${enforced.revision}`)
  expect(await tap.metric(/^tapmesh_enforced_total\{feature="authorization",decision="deny"\}/)).toBe(1)
})
