import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canBind } from '../../demo/loopback.ts'
import { STRANGERS } from '../../demo/shop.ts'
import type { BacktestAnswer, Call, CallsAnswer } from '../../graph-api/contract.ts'
import type { AuditAnswer, ConfigAnswer, EnforcementAnswer, EvidenceAnswer } from '../../model/enforcement.ts'
import type { TapmeshProcess } from '../support/tapmesh-process.ts'
import { eventually, isAlive, startTapmesh } from '../support/tapmesh-process.ts'
import { builtTap } from './support/built-tap.ts'

/**
 * The walk of docs/walk.md on the running demo, by its commands: a wrong policy is back-tested, a proposed one
 * rehearsed and enforced against the intruder, a region is lost and brought back, and a harmful timeout goes
 * back by itself.
 */
const DEADLINE_MS = 60_000
const TEST_MS = 150_000
const SERVICE = 'purchase-history'
const SLICE_MS = 10_000

const WRONG = `version: tapmesh/v1
services:
  purchase-history:
    authorization:
      mode: dry-run
      default: deny
      rules:
        - { id: web-reads, action: allow, from: [web-api], methods: [GET], paths: ["/history/{*}"] }
`

let folder: string
let demo: TapmeshProcess
let environment: Record<string, string>
let intruder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-demo-policy-'))
  const { address } = STRANGERS.find(({ instance }) => instance.startsWith(SERVICE))!
  intruder = (await canBind(address)) ? address : '127.0.0.1'
  const ports = ['--port', '0', '--collector-port', '0']
  demo = startTapmesh(['demo', '--data', folder, '--tap', await builtTap(), '--rate', '40', ...ports])
  const [, api] = await demo.said(/^listening api (\S+)$/m)
  await demo.said(/^Ready after/m)
  const token = (await readFile(join(folder, 'demo', 'token'), 'utf8')).trim()
  environment = { TAPMESH_API: api!, TAPMESH_TOKEN: token }
}, TEST_MS)
afterAll(async () => {
  if (demo && isAlive(demo.pid)) demo.process.kill('SIGINT')
  await demo?.ended()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function tapmesh(...args: string[]): Promise<{ status: number | string; output: string }> {
  const run = startTapmesh(args, environment)
  return { status: await run.ended(DEADLINE_MS), output: run.output() }
}

const get = async <Answer>(path: string): Promise<Answer> =>
  (await (await fetch(`${environment['TAPMESH_API']}/api/v1${path}`)).json()) as Answer

const callsOf = async (filters: string, from = 'now-10m'): Promise<readonly Call[]> =>
  (await get<CallsAnswer>(`/calls?destination=${SERVICE}&from=${from}&${filters}`)).calls

/** Sets something by its command, and waits until every tap that judges the service has it. */
async function set(...args: string[]): Promise<void> {
  const { status, output } = await tapmesh('config', 'set', ...args, '--reason', 'the walk')
  expect([status, output]).toEqual([0, expect.stringContaining('revision ')])
  const revision = /^revision (\S+)$/m.exec(output)![1]!
  await eventually(
    async () => {
      const { taps } = await get<ConfigAnswer>('/config')
      const judging = taps.filter(({ service }) => [SERVICE, 'recommendation'].includes(service))
      return judging.length === 3 && judging.every((tap) => tap.active === revision) ? true : undefined
    },
    DEADLINE_MS,
    () => `not every tap ever had ${revision}`,
  )
}

async function backtest(file: string, from: string, to: string): Promise<BacktestAnswer> {
  const { status, output } = await tapmesh('backtest', file, '--from', from, '--to', to, '--json')
  expect([status, output]).toEqual([1, expect.stringMatching(/^\{/)])
  return JSON.parse(output) as BacktestAnswer
}

interface Told {
  source: string
  method: string
  route: string
  decision: string
  rule: string
  calls: number
}

const told = (rows: readonly Told[]) =>
  rows.map(({ source, method, route, decision, rule, calls }) => ({
    ...{ source, method, route, decision, rule, calls },
  }))

test(
  'a wrong policy is seen to deny the only caller that should come in',
  async () => {
    await eventually(
      async () => {
        const [some, strange] = await Promise.all([
          callsOf('source=recommendation&limit=60'),
          callsOf(`source=${intruder}&limit=1`),
        ])
        return some.length === 60 && strange.length === 1 ? true : undefined
      },
      DEADLINE_MS,
      () => 'the demo records nothing',
    )
    await writeFile(join(folder, 'wrong.yaml'), WRONG)
    const { features } = await backtest(join(folder, 'wrong.yaml'), 'now-10m', 'now')
    expect(features).toMatchObject([{ service: SERVICE, feature: 'authorization' }])
    const { calls, refused, rows } = features[0]!
    expect(refused).toBe(calls)
    expect(rows.map(({ source, decision }) => [source, decision])).toEqual([
      ['recommendation', 'deny'],
      [intruder, 'deny'],
    ])
  },
  TEST_MS,
)

test(
  'the proposed one says the same in dry-run as the back-test over the same calls',
  async () => {
    const proposed = await tapmesh('recommend', SERVICE)
    expect(proposed.output).toContain(`#   ${intruder} GET /history/{id}`)
    await writeFile(join(folder, 'proposed.yaml'), proposed.output)
    await set(join(folder, 'proposed.yaml'))

    // Whole slices of the rollups, from the first one that began with the policy.
    const begin = (Math.floor(Date.now() / SLICE_MS) + 1) * SLICE_MS
    const [from, to] = [begin, begin + SLICE_MS].map((ms) => new Date(ms).toISOString()) as [string, string]
    await eventually(
      async () => {
        const newest = await callsOf('limit=1')
        return newest[0] && newest[0].ts > to ? true : undefined
      },
      DEADLINE_MS,
      () => 'the time never came',
    )
    const window = `from=${from}&to=${to}`
    const both = async () => {
      const rehearsed = await get<EvidenceAnswer>(
        `/evidence?service=${SERVICE}&feature=authorization&${window}`,
      )
      const tested = (await backtest(join(folder, 'proposed.yaml'), from, to)).features[0]!
      return {
        dryRun: { calls: rehearsed.examined, rows: told(rehearsed.rows) },
        backtest: { calls: tested.calls, rows: told(tested.rows) },
        samples: tested.rows.flatMap((row) => row.samples),
      }
    }
    // Calls of these ten seconds may still be on their way into the store.
    let last: Awaited<ReturnType<typeof both>> | undefined
    await eventually(
      async () => {
        last = await both()
        return last.dryRun.calls === last.backtest.calls ? true : undefined
      },
      DEADLINE_MS,
      () => `they never agreed: ${JSON.stringify(last)}`,
    )
    expect(last!.dryRun).toEqual(last!.backtest)
    expect(last!.backtest.rows).toMatchObject([{ source: intruder, decision: 'deny', rule: 'default' }])
    const ids = (await callsOf('would=deny&limit=500')).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(last!.samples))
  },
  TEST_MS,
)

test(
  'enforced, it refuses the intruder and nobody else',
  async () => {
    await set(`${SERVICE}.authorization`, 'mode=enforce')
    const denied = await eventually(
      async () => {
        const found = await callsOf('acted=deny&limit=500')
        return found.length >= 2 ? found : undefined
      },
      DEADLINE_MS,
      () => 'nobody was refused',
    )
    for (const call of denied) {
      expect(call).toMatchObject({ source: intruder, status: '403', response_flags: 'az', outcome: 'denied' })
    }
    const after = await callsOf('source=recommendation&limit=500', denied.at(-1)!.ts)
    expect(after.length).toBeGreaterThan(0)
    expect(after.filter(({ status }) => status === '403')).toEqual([])
    const why = await tapmesh('explain', denied[0]!.id)
    expect(why.output).toContain('authorization: did deny (rule default)')
  },
  TEST_MS,
)

/** Waits until the newest calls that went well were all served by that region. */
async function servedFrom(zone: string): Promise<void> {
  let newest: readonly Call[] = []
  await eventually(
    async () => {
      newest = await callsOf('source=recommendation&reporter=client&status=200&limit=20')
      return newest.every((call) => call.destination_zone === zone) ? true : undefined
    },
    DEADLINE_MS,
    () => `never from ${zone}: ${newest.map((call) => call.destination_zone)}`,
  )
}

test(
  'a region is lost, its calls are served from the other, and come back with it',
  async () => {
    await set(`${SERVICE}.failover`, 'mode=enforce', 'order=[eu, us]', 'recoveryTime=1s')
    await servedFrom('eu')
    const instance = (what: string) => tapmesh('demo', what, `${SERVICE}@eu`, '--data', folder)
    expect((await instance('lose')).status).toBe(0)
    await servedFrom('us')
    expect((await instance('bring-back')).status).toBe(0)
    await servedFrom('eu')
    const failed = await callsOf('source=recommendation&reporter=client&status=503&limit=500')
    expect(failed.length).toBeGreaterThan(0)
    expect(failed.every((call) => call.destination_zone === 'eu')).toBe(true)
    expect(await tapmesh('demo', 'lose', `${SERVICE}@mars`, '--data', folder)).toMatchObject({ status: 64 })
  },
  TEST_MS,
)

// Looks come every ten seconds, and two in a row have to see the harm.
const LATCH_MS = 90_000

test(
  'a harmful timeout goes back by itself, and stays so until a person arms it again',
  async () => {
    const { document } = await get<ConfigAnswer>('/config')
    const harmful = `${document.trimEnd()}
  catalog:
    timeouts: { mode: enforce, request: 5ms }
    rollout: { steps: [50, 100], hold: 10s, guards: { errorRateDelta: 1% } }
`
    await writeFile(join(folder, 'harmful.yaml'), harmful)
    const set = await tapmesh('config', 'set', join(folder, 'harmful.yaml'), '--reason', 'faster')
    expect(set.output).toContain('+ percent: 50, 100 by rollout')
    const cell = async () =>
      (await get<EnforcementAnswer>('/enforcement')).cells.find(({ service }) => service === 'catalog')!
    const latched = await eventually(
      async () => {
        const found = await cell()
        return found.latched ? found : undefined
      },
      LATCH_MS,
      () => `no guard broke: ${demo.output()}`,
    )
    expect(latched).toMatchObject({ mode: 'enforce', mode_in_force: 'dry-run' })
    // The latch holds first, then the audit tells of it.
    const entry = await eventually(
      async () => {
        const { entries } = await get<AuditAnswer>('/audit?limit=1')
        return entries[0]?.action === 'rollback' ? entries[0] : undefined
      },
      DEADLINE_MS,
      () => 'the audit never told of it',
    )
    expect(entry.auto).toBe(true)
    expect(entry.reason).toContain('past errorRateDelta 1%')
    const rearmed = await tapmesh('config', 'rearm', 'catalog.timeouts', '--reason', 'once more')
    expect(rearmed.status).toBe(0)
    expect(await cell()).toMatchObject({ latched: null, mode_in_force: 'enforce', percent_in_force: 50 })
  },
  TEST_MS,
)
