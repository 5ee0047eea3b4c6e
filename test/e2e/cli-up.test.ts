import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallsAnswer } from '../../graph-api/contract.ts'
import type { TapmeshProcess } from '../support/tapmesh-process.ts'
import { eventually, isAlive, startTapmesh } from '../support/tapmesh-process.ts'

/** The command line against a real `tapmesh up` and a real tap. */

const ROOT = join(import.meta.dirname, '../..')
const CALLS = 12

let folder: string
let service: Server
let up: TapmeshProcess
let tap: TapmeshProcess
let api: string
let collector: string
let door: string

function tapmesh(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, TAPMESH_API: api, NO_COLOR: '1' },
    timeout: 30_000,
  })
  return { status, stdout, stderr }
}

const stored = () =>
  eventually(
    async () => {
      const response = await fetch(`${api}/api/v1/calls?from=now-5m&limit=100`)
      const { calls } = (await response.json()) as CallsAnswer
      return calls.length >= CALLS ? calls : undefined
    },
    30_000,
    () => `the calls never came into the store; up said:\n${up.output()}\ntap said:\n${tap.output()}`,
  )

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-up-'))
  service = createServer((request, response) => {
    response.writeHead(request.url === '/broken' ? 500 : 200).end('hello')
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  up = startTapmesh(['up', '--data', join(folder, 'mesh'), '--port', '0', '--collector-port', '0'])
  api = (await up.said(/^listening api (\S+)$/m))[1]!
  collector = (await up.said(/^listening collector (\S+)$/m))[1]!
  const { port } = service.address() as AddressInfo
  const flags = ['--service', 'orders', '--listen', '0', '--to', `127.0.0.1:${port}`, '--admin-port', '0']
  const token = ['--collector', collector, '--token-file', join(folder, 'mesh', 'token')]
  tap = startTapmesh(['tap', ...flags, ...token])
  door = `http://${(await tap.said(/^listening inbound orders (?:http:\/\/)?(\S+?:\d+)/m))[1]}`
  for (let call = 0; call < CALLS; call++) {
    const response = await fetch(`${door}${call === 0 ? '/broken' : `/items/${call}`}`)
    await response.text()
  }
  await stored()
})

afterAll(async () => {
  for (const running of [tap, up]) {
    if (running && isAlive(running.pid)) running.process.kill('SIGTERM')
    await running?.ended()
  }
  service.close()
  service.closeAllConnections()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('graph, calls and trace tell of the same calls', () => {
  const graph = JSON.parse(tapmesh('graph', '--json').stdout)
  expect(graph.edges).toMatchObject([{ destination: 'orders', calls: CALLS, errors: 1, reporter: 'server' }])
  expect(tapmesh('graph').stdout).toMatch(/127\.0\.0\.1 +orders +http/)
  expect(tapmesh('graph', '--format', 'mermaid').stdout).toContain('orders')
  const failed = tapmesh('calls', '--outcome', 'failed', '--json').stdout.trim().split('\n')
  expect(failed).toHaveLength(1)
  const call = JSON.parse(failed[0]!)
  expect(call).toMatchObject({ path: '/broken', status: '500' })
  const trace = tapmesh('trace', call.trace_id)
  expect(trace.stdout).toContain('seen by the callee only')
  expect(trace.stdout).not.toContain('\u001b[')
})

test('top ends at once without a terminal, by every key', () => {
  for (const by of ['edge', 'route', 'source', 'status']) {
    const { status, stdout } = tapmesh('top', '--window', '15m', '--by', by)
    expect(status).toBe(0)
    expect(stdout.split('\n').length).toBeGreaterThan(2)
  }
  expect(tapmesh('top', '--by', 'route', '--window', '15m').stdout).toContain('/items/{id}')
})

test('tail prints calls as they come', async () => {
  const tail = startTapmesh(['tail', '--json', '--limit', '1'], { TAPMESH_API: api })
  try {
    // Until the stream stands calls pass by unseen, so they go on until one is seen.
    const code = await eventually(
      async () => {
        await (await fetch(`${door}/live`)).text()
        return tail.output() === '' ? undefined : tail.ended()
      },
      20_000,
      () => 'tail printed nothing',
    )
    expect(code).toBe(0)
    expect(JSON.parse(tail.output())).toMatchObject({ destination: 'orders', path: '/live' })
  } finally {
    tail.process.kill('SIGKILL')
  }
})

test('doctor finds all well here, and says what is missing elsewhere', () => {
  const well = tapmesh('doctor', '--data', join(folder, 'mesh'), '--collector', collector)
  expect(well.stdout).toMatch(/ok +Tap orders@/)
  expect(well.stdout).toMatch(/ok +Store +embedded/)
  const findings = JSON.parse(
    tapmesh('doctor', '--json', '--api', 'http://127.0.0.1:1', '--collector', 'http://127.0.0.1:1').stdout,
  )
  expect(findings).toContainEqual(expect.objectContaining({ check: 'API', state: 'note', fix: 'tapmesh up' }))
})

test('a taken port and a data folder in use are told with code and hint; the first goes on', () => {
  const { port } = new URL(api)
  const taken = tapmesh('up', '--data', join(folder, 'other'), '--port', port, '--collector-port', '0')
  expect(taken).toMatchObject({ status: 69, stdout: '' })
  expect(taken.stderr).toContain('TAPMESH_PORT_IN_USE')
  const locked = tapmesh('up', '--data', join(folder, 'mesh'), '--port', '0', '--collector-port', '0')
  expect(locked.status).toBe(69)
  expect(locked.stderr).toContain('TAPMESH_STORE_LOCKED')
  expect(tapmesh('graph').status).toBe(0)
})

test('a folder that cannot be made is told', () => {
  writeFileSync(join(folder, 'file'), '')
  const { status, stderr } = tapmesh('up', '--data', join(folder, 'file', 'below'), '--port', '0')
  expect(status).toBe(69)
  expect(stderr).toContain('TAPMESH_DATA_UNWRITABLE')
})
