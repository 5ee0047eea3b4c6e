import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigAnswer, PoliciesAnswer } from '../../model/enforcement.ts'
import { policyText } from '../support/policy.ts'
import type { TapmeshProcess } from '../support/tapmesh-process.ts'
import { eventually, isAlive, startTapmesh } from '../support/tapmesh-process.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess, type TapProcess } from './support/tap-process.ts'

/**
 * The largest policy there may be: a thousand rules for each of ten services. Set by the API, kept by
 * control, pulled by a tap that asks for all ten, enforced.
 */
const SERVICES = 10
const RULES = 1000
const TAP_BYTES_MAX = 300_000_000

let folder: string
let backend: Awaited<ReturnType<typeof startBackend>>
let up: TapmeshProcess
let tap: TapProcess
let api: string
let token: string

const name = (service: number) => `service-${service}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ten-thousand-rules-'))
  backend = await startBackend()
  up = startTapmesh(['up', '--data', join(folder, 'mesh'), '--port', '0', '--collector-port', '0'])
  api = (await up.said(/^listening api (\S+)$/m))[1]!
  const collector = (await up.said(/^listening collector (\S+)$/m))[1]!
  const tokenFile = join(folder, 'mesh', 'token')
  token = (await readFile(tokenFile, 'utf8')).trim()
  const outbound = Array.from({ length: SERVICES - 1 }, (_, at) => [
    '--outbound',
    `0=${name(at + 1)}@${backend.address}`,
  ])
  tap = await startTapProcess([
    ...['--service', name(0), '--listen', '0', '--to', backend.address, ...outbound.flat()],
    ...['--name', 'tap-0', '--admin-port', '0', '--collector', collector, '--token-file', tokenFile],
    ...['--state-dir', join(folder, 'state')],
  ])
})
afterAll(async () => {
  endTaps()
  if (up && isAlive(up.pid)) up.process.kill('SIGTERM')
  await up?.ended()
  await backend.close()
  await rm(folder, { recursive: true, force: true })
})

function document(): string {
  const rule = (index: number) =>
    `        - { id: r${index}, action: allow, methods: [GET], paths: ["/a${index}/{*}"] }\n`
  const rules = Array.from({ length: RULES }, (_, index) => rule(index)).join('')
  const head = '    authorization:\n      mode: enforce\n      default: deny\n      rules:\n'
  return policyText(
    Array.from({ length: SERVICES }, (_, service) => `  ${name(service)}:\n${head}${rules}`).join(''),
  )
}

test('ten thousand rules are set, reach the tap, and hold from the first to the last', async () => {
  const response = await fetch(`${api}/api/v1/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ document: document(), reason: 'all of it' }),
  })
  const { revision } = (await response.json()) as { revision: string }
  expect(response.status).toBe(200)
  const told = await eventually(
    async () => {
      const { taps } = (await (await fetch(`${api}/api/v1/config`)).json()) as ConfigAnswer
      return taps.find(({ active }) => active === revision)
    },
    30_000,
    () => `never in force; the tap said:\n${tap.stderr()}`,
  )
  expect(told).toMatchObject({ result: 'ack', ignored: [] })
  const port = tap.port(`inbound ${name(0)}`)
  const statusOf = async (path: string) => (await call(port, path)).status
  expect([await statusOf('/a0/x'), await statusOf(`/a${RULES - 1}/x`)]).toEqual([200, 200])
  expect([await statusOf(`/a${RULES}/x`), await statusOf('/a0/x/y')]).toEqual([403, 403])
  expect(await tap.metric(/^process_resident_memory_bytes /)).toBeLessThan(TAP_BYTES_MAX)
  expect(await tap.metric(/^tapmesh_faults_total /)).toBe(0)
  const answer = await fetch(`${api}/api/v1/policies?service=${name(9)}`)
  const { services } = (await answer.json()) as PoliciesAnswer
  expect(services.map(({ rules }) => rules.length)).toEqual([RULES])
})
