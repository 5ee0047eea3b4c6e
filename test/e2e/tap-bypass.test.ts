import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTapmesh } from '../cli/support/tapmesh-command.ts'
import { DRY_RUN, stateOf } from '../tap-proxy/control/state.ts'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { serve, stubControl } from '../tap-proxy/support/stub-control.ts'
import { call, startBackend } from './support/calls.ts'
import type { TapProcess } from './support/tap-process.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

/** Policy, last good state and kill switch of a real tap process. */

let folder: string
let backend: Awaited<ReturnType<typeof startBackend>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-bypass-'))
  backend = await startBackend()
})
afterEach(endTaps)
afterAll(async () => {
  await backend.close()
  await rm(folder, { recursive: true })
})

const start = (collector: string, ...more: string[]) =>
  startTapProcess([
    ...['--service', 'orders', '--listen', '0', '--to', backend.address, '--admin-port', '0'],
    ...['--collector', collector, '--token', 'secret-of-the-tap', ...more],
  ])
const bypassed = (tap: TapProcess) => tap.metric(/^tapmesh_bypassed /)
const revision = (tap: TapProcess, name: string) =>
  tap.metric(new RegExp(`^tapmesh_config_revision_info\\{revision="${name}"`))

test('a signal, the file and the command: at once, shown everywhere, each for itself', async () => {
  const control = await stubControl(serve(stateOf(DRY_RUN)))
  const file = join(folder, 'bypass')
  const tap = await start(control.url, '--bypass-file', file)
  await until('the policy', async () => (await revision(tap, '0a1b2c3d.7')) === 1)
  expect(await bypassed(tap)).toBe(0)
  tap.child.kill('SIGUSR2')
  await until('the signal', async () => (await bypassed(tap)) === 1)
  await until('the status', () => control.statuses.at(-1)!.bypassed)
  await until('the line', () => tap.stderr().includes('bypassed (hand): calls are relayed'))
  expect((await call(tap.port('inbound orders'))).status).toBe(200)
  await writeFile(file, '')
  await until('the file', () => tap.stderr().includes('bypassed (hand, file)'))
  tap.child.kill('SIGUSR2')
  await until('the second signal', () => tap.stderr().includes('bypassed (file)'))
  const admin = tap.admin().replace('http://', '')
  const environment = { TAPMESH_TOKEN: 'secret-of-the-tap' }
  const off = await runTapmesh(['bypass', admin, 'off'], { environment })
  expect(off).toMatchObject({ exit: 1, out: expect.stringMatching(/orders@\S+ .*bypassed by file/) })
  await rm(file)
  await until('the end of the file', async () => (await bypassed(tap)) === 0)
  const on = await runTapmesh(['bypass', admin, 'on', '--json'], { environment })
  expect([on.exit, JSON.parse(on.out)]).toMatchObject([0, [{ bypassed: true, by: ['hand'] }]])
  expect(await bypassed(tap)).toBe(1)
  expect(await runTapmesh(['bypass', admin, 'off'], { environment })).toMatchObject({ exit: 0 })
  await until('the status', () => !control.statuses.at(-1)!.bypassed)
  const wrong = await runTapmesh(['bypass', admin, 'on'], { environment: { TAPMESH_TOKEN: 'wrong' } })
  expect([wrong.exit, wrong.error]).toEqual([69, expect.stringMatching(/TAPMESH_TOKEN_WRONG/)])
  expect(await runTapmesh(['bypass', admin])).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/judges calls/),
  })
  expect(await tap.stop()).toBe(0)
  await control.close()
})

test('without control a tap goes by what it last knew, from its first call on', async () => {
  const control = await stubControl(serve(stateOf(DRY_RUN)))
  const stateDir = join(folder, 'state')
  const first = await start(control.url, '--state-dir', stateDir)
  await until('the policy', () => control.statuses.length > 0)
  expect(await first.stop()).toBe(0)
  await control.close()
  const second = await start(control.url, '--state-dir', stateDir)
  expect(await revision(second, '0a1b2c3d.7')).toBe(1)
  await until('the line', () =>
    second.stderr().includes('policy 0a1b2c3d.7 is in force, as it was kept from before'),
  )
  expect((await call(second.port('inbound orders'))).status).toBe(200)
  await second.stop()
  const without = await start(control.url, '--state-dir', stateDir, '--no-control')
  expect((await call(without.port('inbound orders'))).status).toBe(200)
  expect(await revision(without, '')).toBe(0)
  await without.stop()
})

const DENY = (expires?: number) => ({
  authorization: {
    mode: 'enforce',
    percent: 100,
    default: 'deny',
    rules: [],
    ...(expires ? { expires } : {}),
  },
})

test('what is enforced stops at once on a connection that lives, and comes back', async () => {
  const control = await stubControl(serve(stateOf(DENY())))
  const tap = await start(control.url)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const status = async () => (await call(tap.port('inbound orders'), '/', { agent })).status
  await until('the refusal', async () => (await status()) === 403)
  tap.child.kill('SIGUSR2')
  await until('plain relay', async () => (await status()) === 200)
  tap.child.kill('SIGUSR2')
  await until('the policy again', async () => (await status()) === 403)
  expect(
    await tap.metric(/^tapmesh_enforced_total\{feature="authorization",decision="deny"\}/),
  ).toBeGreaterThan(1)
  control.setReply(serve(stateOf({}, { revision: '0a1b2c3d.8' })))
  await until('the end of the policy', async () => (await status()) === 200)
  agent.destroy()
  await tap.stop()
  await control.close()
})

test('fail static: a restart without control opens no gap, and an experiment that ended stays ended', async () => {
  const control = await stubControl(serve(stateOf(DENY())))
  const stateDir = join(folder, 'static')
  const first = await start(control.url, '--state-dir', stateDir)
  await until('the policy', () => control.statuses.length > 0)
  await first.stop()
  await control.close()
  const second = await start(control.url, '--state-dir', stateDir)
  expect((await call(second.port('inbound orders'))).status).toBe(403)
  await second.stop()
  const again = await stubControl(
    serve(stateOf(DENY(Date.now() + 1500), { revision: '0a1b2c3d.8', issued_at: new Date().toISOString() })),
    control.port,
  )
  const third = await start(again.url, '--state-dir', stateDir)
  await until('the experiment', () => again.statuses.some(({ active }) => active === '0a1b2c3d.8'))
  await again.close()
  await until('its end', async () => (await call(third.port('inbound orders'))).status === 200)
  await until('the line', () => third.stderr().includes('past their end and disabled: orders.authorization'))
  await third.stop()
  const fourth = await start(again.url, '--state-dir', stateDir)
  expect((await call(fourth.port('inbound orders'))).status).toBe(200)
  expect(await revision(fourth, '0a1b2c3d.8')).toBe(1)
  await fourth.stop()
})

test('taps of this machine are found by the admin ports they take by themselves', async () => {
  const tap = await startTapProcess(['--service', 'orders', '--listen', '0', '--to', backend.address])
  const { out, exit } = await runTapmesh(['bypass', '--all-local', '--json'])
  expect(exit).toBe(0)
  const found = JSON.parse(out) as { address: string; bypassed: boolean }[]
  expect(found.find(({ address }) => address === tap.admin())).toMatchObject({ bypassed: false })
  await tap.stop()
})

test('usage: which tap, and what nobody answers to', async () => {
  expect(await runTapmesh(['bypass', 'on'])).toMatchObject({ exit: 64 })
  expect(await runTapmesh(['bypass', '--all-local', '7402', 'on'])).toMatchObject({ exit: 64 })
  const nobody = await runTapmesh(['bypass', '127.0.0.1:1', 'on'])
  expect([nobody.exit, nobody.error]).toEqual([
    69,
    expect.stringMatching(/no tap answers at http:\/\/127.0.0.1:1/),
  ])
})
