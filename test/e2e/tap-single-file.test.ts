import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { buildTapInto } from './support/built-tap.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, spawnTap, startTapProcess } from './support/tap-process.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-single-'))
  file = join(folder, 'tap.mjs')
  await buildTapInto(join(folder, 'built.mjs'))
  await copyFile(join(folder, 'built.mjs'), file)
})
afterEach(endTaps)
afterAll(() => rm(folder, { recursive: true }))

test('one copied file is a whole tap: calls, records, metrics, YAML', async () => {
  const backend = await startBackend()
  const collector = await stubCollector()
  const yaml = join(folder, 'tap.yaml')
  await writeFile(
    yaml,
    `service: orders\ninbound: [{ listen: 0, to: "${backend.address}" }]\ncollector: { url: "${collector.url}", token: t }\n`,
  )
  const tap = await startTapProcess(['--config', yaml, '--admin-port', '0'], {}, file)
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  expect(await tap.metric(/^tapmesh_requests_total/)).toBe(1)
  await until('the row', () => collector.records().length === 1)
  expect(await tap.stop()).toBe(0)
  await backend.close()
  await collector.close()
})

test('a mistake is told as in the full program', async () => {
  const tap = spawnTap(['tap', '--servcie', 'x'], {}, file)
  expect(await tap.exited).toBe(64)
  expect(tap.stderr()).toMatch(/did you mean --service.*TAPMESH_USAGE/)
})

test('without the packages for certificates the tap says so and serves as one that has none', async () => {
  const backend = await startBackend()
  const flags = ['--service', 'orders', '--listen', '0', '--to', backend.address, '--admin-port', '0']
  const tap = await startTapProcess([...flags, '--identity-files', folder], {}, file)
  await until('the reason', () => tap.stderr().includes('TAPMESH_CERTIFICATES_MISSING'))
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  expect(await tap.stop()).toBe(0)
  await backend.close()
})

test('without the packages, forwarding spans is refused before a port opens', async () => {
  const flags = ['--service', 'orders', '--listen', '0', '--to', '127.0.0.1:1', '--admin-port', '0']
  const tap = spawnTap([...flags, '--otlp-endpoint', 'http://127.0.0.1:4318'], {}, file)
  expect(await tap.exited).toBe(64)
  expect(tap.stdout()).toBe('')
  expect(tap.stderr()).toMatch(/node cli\/tapmesh.mjs tap/)
  expect(tap.stderr()).toMatch(/TAPMESH_EXPORTER_MISSING/)
})
