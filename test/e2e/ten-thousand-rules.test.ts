import { join } from 'node:path'
import type { ConfigAnswer, PoliciesAnswer } from '../../model/enforcement.ts'
import { policyText } from '../support/policy.ts'
import { eventually } from '../support/tapmesh-process.ts'
import { call } from './support/calls.ts'
import { type ControlledMesh, openControlledMesh } from './support/controlled-mesh.ts'
import { startTapProcess, type TapProcess } from './support/tap-process.ts'

/**
 * The largest policy there may be: a thousand rules for each of ten services. Set by the API, kept by
 * control, pulled by a tap that asks for all ten, enforced.
 */
const SERVICES = 10
const RULES = 1000
const TAP_BYTES_MAX = 300_000_000

let mesh: ControlledMesh
let tap: TapProcess

const name = (service: number) => `service-${service}`

beforeAll(async () => {
  mesh = await openControlledMesh('ten-thousand-rules')
  const { folder, backend, collector, tokenFile } = mesh
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
afterAll(() => mesh?.close())

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
  const asked = { document: document(), reason: 'all of it' }
  const { revision } = await mesh.send<{ revision: string }>('PUT', '/config', asked)
  const told = await eventually(
    async () => {
      const { taps } = await mesh.get<ConfigAnswer>('/config')
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
  const { services } = await mesh.get<PoliciesAnswer>(`/policies?service=${name(9)}`)
  expect(services.map(({ rules }) => rules.length)).toEqual([RULES])
})
