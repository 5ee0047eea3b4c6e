import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditAnswer, ConfigAnswer, ConfigChanged } from '../../model/enforcement.ts'
import { policyText } from '../support/policy.ts'
import { isAlive, startTapmesh, type TapmeshProcess } from '../support/tapmesh-process.ts'

/** Control in a real `tapmesh up`: killed in mid-change, ended while taps wait, served from a file. */

interface Up {
  process: TapmeshProcess
  api: string
  collector: string
  token: string
}

const folder = mkdtempSync(join(tmpdir(), 'tapmesh-control-life-'))
let running: TapmeshProcess | undefined

async function start(name: string, more: readonly string[] = []): Promise<Up> {
  const home = join(folder, name)
  const process = startTapmesh(['up', '--data', home, '--port', '0', '--collector-port', '0', ...more])
  running = process
  const api = (await process.said(/^listening api (\S+)$/m))[1]!
  const collector = (await process.said(/^listening collector (\S+)$/m))[1]!
  return { process, api, collector, token: (await readFile(join(home, 'token'), 'utf8')).trim() }
}

afterEach(async () => {
  if (running && isAlive(running.pid)) running.process.kill('SIGTERM')
  await running?.ended()
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

const DOCUMENT = policyText('  cart: { timeouts: { mode: dry-run, percent: 1, request: 2s } }\n')

async function change(
  { api, token }: Up,
  method: string,
  path: string,
  body: object,
): Promise<ConfigChanged> {
  const response = await fetch(`${api}/api/v1/config${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'a try', ...body }),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as ConfigChanged
}
const get = async <Answer>({ api }: Up, path: string): Promise<Answer> =>
  (await (await fetch(`${api}/api/v1${path}`)).json()) as Answer
const numberOf = (revision: string) => Number(revision.split('.')[1])

test('killed in mid-change, again and again: what was answered is there, and the audit holds', async () => {
  let epoch: string | undefined
  let answered = 0
  for (const changes of [1, 3, 6]) {
    const up = await start('killed')
    const now = await get<ConfigAnswer>(up, '/config')
    // What was under way when it was killed may be there as well.
    expect(numberOf(now.revision) - answered).toBeLessThanOrEqual(answered === 0 ? 0 : 1)
    expect(numberOf(now.revision)).toBeGreaterThanOrEqual(answered)
    if (epoch === undefined) await change(up, 'PUT', '', { document: DOCUMENT })
    else expect(now.revision.split('.')[0]).toBe(epoch)
    for (let percent = 1; percent <= changes; percent++) {
      const set = { percent: changes * 10 + percent }
      const { revision } = await change(up, 'POST', '/edit', { service: 'cart', feature: 'timeouts', set })
      epoch = revision.split('.')[0]
      answered = numberOf(revision)
    }
    const last = change(up, 'POST', '/edit', { service: 'cart', feature: 'timeouts', set: { percent: 99 } })
    up.process.process.kill('SIGKILL')
    await last.catch(() => {})
    await up.process.ended()
  }
  const up = await start('killed')
  const { document, revision } = await get<ConfigAnswer>(up, '/config')
  expect(numberOf(revision)).toBeGreaterThanOrEqual(answered)
  expect(document).toMatch(/percent: (?:66|99)/)
  const audit = await get<AuditAnswer>(up, '/audit')
  expect(audit).toMatchObject({ intact: true, broken_at: null })
  expect(audit.entries[0]!.revision).toBe(revision)
})

test('a tap that waits does not hold up the end, and gets the answer', async () => {
  const up = await start('waits')
  const { revision } = await change(up, 'PUT', '', { document: DOCUMENT })
  const headers = { authorization: `Bearer ${up.token}`, prefer: 'wait=30', 'if-none-match': `"${revision}"` }
  const waits = fetch(`${up.collector}/v1/config/cart?services=cart`, { headers })
  for (let waiting = false; !waiting; ) {
    const metrics = await (await fetch(`${up.collector}/metrics`)).text()
    waiting = metrics.includes('tapmesh_collector_config_waiting 1')
  }
  up.process.process.kill('SIGTERM')
  expect((await waits).status).toBe(304)
  expect(await up.process.ended()).toBe(0)
})

test('a policy from a file: taken at the start, changed there, refused elsewhere', async () => {
  const file = join(folder, 'policy.yaml')
  writeFileSync(file, DOCUMENT)
  const up = await start('file', ['--policy', file])
  expect(await get<ConfigAnswer>(up, '/config')).toMatchObject({ document: DOCUMENT, served_from: file })
  const response = await fetch(`${up.api}/api/v1/config/undo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${up.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'x' }),
  })
  expect([response.status, await response.json()]).toMatchObject([
    409,
    { error: { code: 'TAPMESH_CONFIG_READONLY' } },
  ])
  writeFileSync(file, DOCUMENT.replace('request', 'reqest'))
  await up.process.said(/is not taken, what held before stays.*unknown key/s)
  expect(await get<ConfigAnswer>(up, '/config')).toMatchObject({ document: DOCUMENT })
})
