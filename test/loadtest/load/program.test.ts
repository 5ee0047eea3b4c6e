import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { VISITS } from '../../../loadtest/load/scenario.ts'
import { startBackend } from '../../e2e/support/calls.ts'

/** The program against a service of the test: what it sends, and what its exit code says. */

const MAIN = join(import.meta.dirname, '../../../loadtest/load/main.ts')

async function load(...words: string[]) {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      said += part
    })
  }
  const [code] = await once(child, 'close')
  return { code: code as number, said }
}

test('thresholds that hold end with 0, and every kind of visit was made', async () => {
  const seen = new Set<string>()
  const backend = await startBackend((request, response) => {
    seen.add(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end('ok'))
  })
  const { code, said } = await load('steady', '--target', `http://${backend.address}`, '--scale', '0.02')
  await backend.close()
  expect([code, said]).toEqual([
    0,
    expect.stringContaining('all thresholds held; highest rate that held: 20'),
  ])
  expect([...seen].sort()).toEqual(VISITS.map(({ method, path }) => `${method} ${path}`).sort())
})

test('a service that fails is found: exit code 1, and a breakpoint ends at its first step', async () => {
  const backend = await startBackend((request, response) => {
    request.resume().on('end', () => response.writeHead(503).end())
  })
  const { code, said } = await load('breakpoint', '--target', `http://${backend.address}`, '--scale', '0.05')
  await backend.close()
  expect([code, said]).toEqual([1, expect.stringContaining('failed 100 % (at most 10 %)')])
  expect(said).toContain('highest rate that held: 0')
  expect(said.match(/at most 10 %/g)).toHaveLength(1)
})

test('nobody at the address is a failure too, and bad usage is 64', async () => {
  const backend = await startBackend()
  await backend.close()
  const { code, said } = await load('steady', '--target', `http://${backend.address}`, '--scale', '0.01')
  expect([code, said]).toEqual([1, expect.stringContaining('a threshold was passed')])
  expect(await load('stedy')).toEqual({ code: 64, said: expect.stringContaining('TAPMESH_USAGE') })
})
