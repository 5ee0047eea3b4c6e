import { join } from 'node:path'
import type { CallsAnswer } from '../../graph-api/contract.ts'
import type { AuditAnswer, EnforcementAnswer, EvidenceAnswer, WhyAnswer } from '../../model/enforcement.ts'
import { policyText } from '../support/policy.ts'
import { eventually } from '../support/tapmesh-process.ts'
import { call, callSteadily } from './support/calls.ts'
import { type ControlledMesh, openControlledMesh } from './support/controlled-mesh.ts'
import { startTapProcess, type TapProcess } from './support/tap-process.ts'

/**
 * From rehearsal to rollback with real processes: a timeout that is too short is dry-run, its evidence read,
 * enforced for half of the calls all the same, and taken back by control, which no person asked.
 */
const DEADLINE_MS = 90_000
/** Far on either side of the timeout, also on a busy machine. */
const SLOW_MS = 900
const FAST_MS = 20

let mesh: ControlledMesh
let tap: TapProcess

beforeAll(async () => {
  mesh = await openControlledMesh('policy-rollback', (request, response) => {
    setTimeout(() => response.end('done'), request.url === '/slow' ? SLOW_MS : FAST_MS)
  })
  const { folder, backend, collector, tokenFile } = mesh
  tap = await startTapProcess([
    ...['--service', 'shop', '--outbound', `0=cart@${backend.address}`, '--admin-port', '0'],
    ...['--collector', collector, '--token-file', tokenFile, '--state-dir', join(folder, 'state')],
  ])
})
afterAll(() => mesh?.close())

const get = <Answer>(path: string): Promise<Answer> => mesh.get<Answer>(path)

async function change(method: string, path: string, body: object): Promise<string> {
  const asked = { reason: 'a try', ...body }
  return (await mesh.send<{ revision: string }>(method, `/config${path}`, asked)).revision
}

/** Waits until the tap has that revision. */
const held = (revision: string) =>
  eventually(
    async () =>
      (await tap.metric(new RegExp(`^tapmesh_config_revision_info\\{revision="${revision}"`))) === 1
        ? 1
        : undefined,
    DEADLINE_MS,
    () => `the tap never had ${revision}:\n${tap.stderr()}`,
  )

const cell = async () => (await get<EnforcementAnswer>('/enforcement')).cells[0]!
const evidence = () => get<EvidenceAnswer>('/evidence?service=cart&feature=timeouts')
const document = (mode: string) => policyText(`  cart:\n    timeouts: { ${mode}, request: 400ms }\n`)

test(
  'a harmful timeout is seen in dry-run, and enforced all the same goes back by itself',
  async () => {
    const port = tap.port('outbound cart')
    await held(await change('PUT', '', { document: document('mode: dry-run') }))
    const [fast, slow] = [callSteadily(port, 1, '/fast'), callSteadily(port, 12, '/slow')]
    try {
      const rehearsed = await eventually(
        async () => {
          const found = await evidence()
          return found.examined >= 300 && found.rows.length > 0 ? found : undefined
        },
        DEADLINE_MS,
        () => 'no evidence came',
      )
      expect(rehearsed.rows[0]).toMatchObject({
        source: 'shop',
        route: '/slow',
        decision: 'cut',
        acted: false,
      })
      expect(rehearsed).toMatchObject({ locked: [], treated: null, forecast: { calls: expect.any(Number) } })
      expect([...fast.failed(), ...slow.failed()]).toEqual([])

      await change('PUT', '', { document: document('mode: enforce, percent: 50') })
      const latched = await eventually(
        async () => {
          const found = await cell()
          return found.latched ? found : undefined
        },
        DEADLINE_MS,
        () => `no guard broke; up said:\n${mesh.up.output()}`,
      )
      expect(latched).toMatchObject({ mode: 'enforce', mode_in_force: 'dry-run', percent: 50 })
      expect([...fast.failed(), ...slow.failed()].every(({ status }) => status === 504)).toBe(true)
      expect(slow.failed().length).toBeGreaterThan(0)
    } finally {
      await Promise.all([fast.stop(), slow.stop()])
    }
    // The latch holds first, then the audit tells of it.
    const told = await eventually(
      async () => {
        const { entries } = await get<AuditAnswer>('/audit')
        return entries[0]?.action === 'rollback' ? entries[0] : undefined
      },
      DEADLINE_MS,
      () => 'the audit never told of it',
    )
    expect(told).toMatchObject({ auto: true, reason: expect.stringContaining('errorRateDelta') })
    await held(told.revision)
    for (let count = 0; count < 10; count++) expect((await call(port, '/slow')).status).toBe(200)
  },
  4 * DEADLINE_MS,
)

test('the calls that it cost can be found and explained, and a person may arm it again', async () => {
  const { calls } = await get<CallsAnswer>('/calls?acted=cut&verdict=timeouts&limit=5')
  expect(calls.length).toBeGreaterThan(0)
  const why = await get<WhyAnswer>(`/calls/${calls[0]!.id}/why`)
  expect(why.verdicts).toMatchObject([
    { decision: 'cut', acted: true, cohort: 'treated', place: 'policy:5', set_by: { reason: 'a try' } },
  ])
  expect((await evidence()).locked[0]).toContain('Re-arm it first, with a reason.')
  await held(
    await change('POST', '/rearm', {
      service: 'cart',
      feature: 'timeouts',
      reason: 'the backend is quick now',
    }),
  )
  expect(await cell()).toMatchObject({ mode_in_force: 'enforce', percent_in_force: 50, latched: null })
})
