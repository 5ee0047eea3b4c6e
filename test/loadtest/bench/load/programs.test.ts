import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Children } from '../../../../loadtest/bench/process/children.ts'

/** The programs that make load, take it and stand between, as processes of their own. */

const BENCH = join(import.meta.dirname, '../../../../loadtest/bench')
const PORT = /^listening [a-z-]+ http:\/\/127\.0\.0\.1:([0-9]+)$/

let children: Children
let folder = ''
beforeEach(async () => {
  children = new Children()
  folder = await mkdtemp(`${tmpdir()}/programs-`)
})
afterEach(async () => {
  await children.endAll()
  await rm(folder, { recursive: true })
})

async function listening(program: string, ...args: string[]): Promise<string> {
  const child = children.start({ command: process.execPath, args: [`${BENCH}/${program}`, ...args] })
  const [, port] = await child.line(PORT)
  return port!
}

async function atRate(port: string): Promise<Record<string, number>> {
  const args = [`${BENCH}/load/program/fixed-rate.ts`, port, '200', '8', '1', '/']
  return JSON.parse(await children.run({ command: process.execPath, args }))
}

test('every call of the fixed rate is answered and counted', async () => {
  const outcome = await atRate(await listening('load/program/sink.ts'))
  expect(outcome).toMatchObject({ calls: 200, errors: 0 })
  expect(outcome['p99_us']).toBeGreaterThanOrEqual(outcome['p50_us']!)
})

test('the splice and the node:http proxy pass calls on, the latter writes one record for each', async () => {
  const sink = await listening('load/program/sink.ts')
  expect(await atRate(await listening('peer/program/splice.ts', sink))).toMatchObject({
    calls: 200,
    errors: 0,
  })
  const log = `${folder}/calls.log`
  expect(await atRate(await listening('peer/program/http-proxy.ts', sink, log))).toMatchObject({
    calls: 200,
    errors: 0,
  })
  await expect(linesOf(log, 200)).resolves.toBe(200)
})

/** The proxy writes its log once a second. */
async function linesOf(file: string, wanted: number): Promise<number> {
  for (const deadline = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const lines = (await readFile(file, 'utf8')).split('\n').length - 1
    if (lines >= wanted || Date.now() > deadline) return lines
  }
}

test('the sink reads a whole body before it answers, also one that comes in pieces', async () => {
  const port = await listening('load/program/sink.ts')
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(300_000) })
  expect([answer.status, (await answer.text()).length]).toEqual([200, 200])
})

test('idle connections are all opened, answered and held', async () => {
  const port = await listening('load/program/sink.ts')
  const idle = children.start({
    command: process.execPath,
    args: [`${BENCH}/load/program/idle.ts`, port, '100'],
  })
  const [line] = await idle.line(/^idle .*/)
  expect(line).toBe('idle 100')
})
