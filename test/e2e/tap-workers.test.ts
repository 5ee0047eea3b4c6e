import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stateOf } from '../tap-proxy/control/state.ts'
import { stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { serve, stubControl } from '../tap-proxy/support/stub-control.ts'
import { call, callSteadily, startBackend } from './support/calls.ts'
import { startTapProcess, type TapProcess } from './support/tap-process.ts'

/** A tap of several processes is one tap: one admin port, one policy, one set of figures. */

let tap: TapProcess | undefined
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-workers-'))
})
afterEach(() => tap?.child.kill('SIGKILL'))
afterAll(() => rm(folder, { recursive: true }))

/** Workers of a tap: its children that are Node. */
async function workersOf(pid: number): Promise<number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean)
  const commands = await Promise.all(children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8')))
  return children.filter((_, index) => !commands[index]!.startsWith('/bin/sh')).map(Number)
}

async function startWorkers(text: string, ...words: string[]): Promise<TapProcess> {
  const file = join(folder, 'tap.yaml')
  await writeFile(file, text)
  tap = await startTapProcess(['--config', file, '--admin-port', '0', ...words])
  return tap
}

const inbound = (address: string, more = '') =>
  `service: orders\nworkers: 2\ninbound: [{ listen: 0, to: "${address}" }]\n${more}`

test('calls of all workers are counted once, recorded under boot ids of their own, and end with the tap', async () => {
  const backend = await startBackend()
  const collector = await stubCollector()
  const more = `collector: { url: "${collector.url}", token: t, flush: 20ms }\n`
  const running = await startWorkers(inbound(backend.address, more))
  expect(running.stdout()).toMatch(/^2 workers$/m)
  const workers = await workersOf(running.child.pid!)
  expect(workers).toHaveLength(2)
  const load = callSteadily(running.port('inbound orders'), 32)
  await until('both to have calls', () => {
    const boots = collector.seen
      .filter(({ rows }) => rows > 0)
      .map(({ headers }) => headers['x-tapmesh-boot'])
    return new Set(boots).size === 2
  })
  const made = (await load.stop()).length
  expect(load.failed()).toEqual([])
  expect(await running.metric(/^tapmesh_requests_total/)).toBe(made)
  expect(await running.metric(/^tapmesh_info/)).toBe(1)
  expect(await (await fetch(`${running.admin()}/readyz`)).text()).toBe('ready\n')
  expect(await running.stop()).toBe(0)
  expect(new Set(collector.records().map((record) => record.span_id)).size).toBe(made)
  for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow()
  await collector.close()
  await backend.close()
})

test('a worker that dies is replaced; the others serve on, and what it counted stays counted', async () => {
  const backend = await startBackend()
  const running = await startWorkers(inbound(backend.address))
  const port = running.port('inbound orders')
  for (let index = 0; index < 20; index++) await call(port)
  expect(await running.metric(/^tapmesh_requests_total/)).toBe(20)
  const [first, second] = await workersOf(running.child.pid!)
  process.kill(first!, 'SIGKILL')
  await until('the loss to be told', () =>
    /worker 1 .* ended: SIGKILL .*TAPMESH_WORKER_LOST/.test(running.stderr()),
  )
  expect((await call(port)).body).toBe('hello')
  await until('the next one', () => /process \d+ is worker 1 now/.test(running.stderr()))
  const after = await workersOf(running.child.pid!)
  expect(after).toContain(second)
  expect(after).toHaveLength(2)
  expect(await running.metric(/^tapmesh_requests_total/)).toBe(21)
  expect(await running.stop()).toBe(0)
  await backend.close()
})

test('one pull of the policy holds for all workers, also for one that comes later, and so does the bypass', async () => {
  const backend = await startBackend()
  const deny = { authorization: { mode: 'enforce', percent: 100, default: 'deny', rules: [] } }
  const control = await stubControl(serve(stateOf(deny)))
  const running = await startWorkers(
    inbound(backend.address, `collector: { url: "${control.url}", token: t }\n`),
  )
  const port = running.port('inbound orders')
  const statuses = async () => {
    const all = await Promise.all(Array.from({ length: 32 }, () => call(port, '/', { agent: new Agent() })))
    return [...new Set(all.map(({ status }) => status))]
  }
  await until('the policy to hold everywhere', async () => (await statuses()).join() === '403')
  expect(new Set(control.pulls.map(({ services }) => services.join())).size).toBe(1)
  process.kill((await workersOf(running.child.pid!))[0]!, 'SIGKILL')
  await until('the next one', () => /is worker 1 now/.test(running.stderr()))
  expect(await statuses()).toEqual([403])
  running.child.kill('SIGUSR2')
  await until('the bypass to hold everywhere', async () => (await statuses()).join() === '200')
  expect(await running.metric(/^tapmesh_bypassed/)).toBe(1)
  expect(await running.stop()).toBe(0)
  await control.close()
  await backend.close()
})

test('a reload opens and closes listeners in all workers; one that cannot be opened changes nothing', async () => {
  const backend = await startBackend()
  const running = await startWorkers(inbound(backend.address))
  const port = running.port('inbound orders')
  const file = join(folder, 'tap.yaml')
  const before = await readFile(file, 'utf8')
  await writeFile(file, `${before}outbound: [{ listen: ${port}, to: "127.0.0.1:1", service: x }]\n`)
  await until('the refusal', () => /refused.*old one stays/.test(running.stderr()))
  expect((await call(port)).body).toBe('hello')
  await writeFile(file, `${before}outbound: [{ listen: 0, to: "${backend.address}", service: cart }]\n`)
  await until('the reload', () => /configuration loaded again: opened outbound cart/.test(running.stderr()))
  await writeFile(file, before)
  await until('the reload', () => /configuration loaded again: closed outbound cart/.test(running.stderr()))
  expect((await call(port)).body).toBe('hello')
  expect(await running.stop()).toBe(0)
  await backend.close()
})

test('an upgrade of a tap with workers: no call is refused or broken', async () => {
  const backend = await startBackend()
  const running = await startWorkers(inbound(backend.address, 'upgradeGrace: 10s\n'))
  const load = callSteadily(running.port('inbound orders'), 4)
  await until('load', () => load.results.length > 200)
  running.child.kill('SIGURG')
  const pid = await pidAfter(running)
  await until('load', () => load.results.length > 1000)
  await load.stop()
  expect(load.failed()).toEqual([])
  process.kill(pid, 'SIGTERM')
  await running.exited
  await backend.close()
})

async function pidAfter(running: TapProcess): Promise<number> {
  const found = () => /process (\d+) serves new connections now/.exec(running.stderr())?.[1]
  await until('the successor', () => found() !== undefined)
  return Number(found())
}
