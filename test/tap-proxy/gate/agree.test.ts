import fc from 'fast-check'
import type { CallRecord, Outcome } from '../../../model/call.ts'
import { FLAGS } from '../../../model/flag.ts'
import { verdictText } from '../../../model/verdict.ts'
import type { Target } from '../../../net/resolve.ts'
import { compilePolicy } from '../../../policy/feature/engine.ts'
import { isRefused } from '../../../policy/feature/feature.ts'
import { Draft } from '../../../protocol/draft.ts'
import { Gates } from '../../../tap-proxy/gate/gates.ts'
import type { GatedCall } from '../../../tap-proxy/relay/ward.ts'
import { policyOf } from '../../support/policy.ts'
import { record } from '../../support/record.ts'

/**
 * Back-test, dry-run and enforcement say the same of the same calls: calls are led through a gate by
 * hand, and what it wrote on each record is held against the engine run over the records alone.
 */

const POLICY = (mode: string) => `  orders:
    authorization: { mode: ${mode}, default: deny, rules: [{ id: readers, action: allow, from: [web], methods: [GET] }] }
    rateLimit: { mode: ${mode}, requestsPerSecond: 3, burst: 2, perCaller: { requestsPerSecond: 2 } }
    timeouts: { mode: ${mode}, request: 300ms, backendRequest: 200ms }
    retries: { mode: ${mode}, budget: { percent: 20, minRetryRate: { count: 1, interval: 1s } } }
    outlierDetection: { mode: ${mode}, consecutive5xxErrors: 2, successRateRequestVolume: 4 }
    loadBalancer: { mode: ${mode} }
    connectionPool: { mode: ${mode}, maxConnections: 1, http1MaxPendingRequests: 1 }
`

interface Step {
  gap_us: number
  duration_us: number
  source: string
  method: string
  endpoint: string
  status: number
  outcome: Outcome
}

const step: fc.Arbitrary<Step> = fc
  .record({
    gap_us: fc.constantFrom(1, 1000, 150_000, 900_000),
    duration_us: fc.constantFrom(500, 250_000, 400_000),
    source: fc.constantFrom('web', 'batch'),
    method: fc.constantFrom('GET', 'POST'),
    endpoint: fc.constantFrom('a:1', 'b:1', 'c:1'),
    status: fc.constantFrom(200, 503),
    outcome: fc.constant('ok' as Outcome),
  })
  .map((one) => ({ ...one, outcome: one.status === 503 ? ('server_error' as const) : ('ok' as const) }))

const WALL_US = 1_790_000_000_000_000

/** Starts and ends in the order of time; ends before starts of the same moment. */
function inOrder(steps: readonly Step[]) {
  let at = 0
  const events = steps.flatMap((one, index) => {
    at += one.gap_us
    return [
      { at, index, end: false },
      { at: at + one.duration_us, index, end: true },
    ]
  })
  return events.sort(
    (one, other) => one.at - other.at || Number(other.end) - Number(one.end) || one.index - other.index,
  )
}

/** Leads every call through a gate; the relay's part is played here. @returns what each record would say */
function live(side: 'caller' | 'service', steps: readonly Step[]): string[][] {
  let now_us = 0
  const clock = { mono_us: () => now_us, wall_us: (mono_us: number) => WALL_US + mono_us }
  const gates = new Gates(clock, (error) => {
    throw error
  })
  gates.use(policyOf(POLICY('dry-run')), 'r')
  const kind = side === 'caller' ? 'outbound' : 'inbound'
  const gate = gates.gateFor({
    kind,
    destination: 'orders',
    destination_zone: '',
    protocol: 'http',
  } as never)!
  const sources = new Map<string, GatedCall['source']>()
  const calls = steps.map(({ method, source }, index) => {
    const draft = new Draft()
    draft.head = Buffer.from(`${method} /x HTTP/1.1\r\n`)
    draft.methodEnd = method.length
    draft.pathStart = method.length + 1
    draft.pathEnd = draft.pathStart + 2
    const known =
      sources.get(source) ?? ({ service: source, instance: '', evidence: 'trace' } as GatedCall['source'])
    sources.set(source, known)
    return {
      draft,
      source: known,
      serial: index,
      active: true,
      startedAt: 0,
      ward: undefined,
      request: { done: true },
      dispatch() {},
      fields: () => [],
    }
  })
  for (const { at, index, end } of inOrder(steps)) {
    now_us = at
    const one = steps[index]!
    const call = calls[index]! as unknown as GatedCall & { startedAt: number }
    if (!end) {
      call.startedAt = at
      const target: Target = { host: '', port: 1, label: one.endpoint, zone: '' }
      gate.admit(call, target, [target])
    } else {
      call.draft.ttfb_us = one.duration_us
      call.ward!.answered(one.status, Buffer.alloc(0), 0, 0)
      call.ward!.ended(one.status, '', one.outcome, true)
    }
  }
  return calls.map(({ draft }) => [...draft.verdicts].sort())
}

/** The same calls as records, judged as a back-test does. */
function judged(side: 'caller' | 'service', steps: readonly Step[]): string[][] {
  const engine = compilePolicy(policyOf(POLICY('dry-run')))
  const states = new Map<string, unknown>()
  const texts: string[][] = steps.map(() => [])
  const admitted = steps.map(() => new Set<string>())
  let at = 0
  const records = steps.map((one): CallRecord => {
    at += one.gap_us
    const { duration_us, source, method, endpoint, status, outcome } = one
    return record({
      ...{
        ts: WALL_US + at,
        duration_us,
        ttfb_us: duration_us,
        source,
        source_identity: '',
        source_evidence: 'trace',
      },
      ...{
        destination: 'orders',
        destination_instance: endpoint,
        method,
        path: '/x',
        status: String(status),
        outcome,
      },
      ...{ response_flags: '', request_bytes: 0, attempt: 1, protocol: 'http', security: 'plaintext' },
    })
  })
  for (const { at: moment, index, end } of inOrder(steps)) {
    const call = records[index]!
    for (const judge of engine.judgesFor('orders', call.source)) {
      if (FLAGS[judge.feature].side !== side) continue
      const key = `${judge.feature} ${judge.scopeOf(call)}`
      if (!states.has(key)) states.set(key, judge.createState())
      const state = states.get(key)
      if (end && judge.moment === 'start') {
        if (admitted[index]!.has(judge.feature)) judge.ended(state, call, WALL_US + moment)
        continue
      }
      if (end !== (judge.moment === 'end')) continue
      const { decision, rule } = judge.decide(state, call, WALL_US + moment)
      if (!isRefused(decision) && decision !== 'divert') admitted[index]!.add(judge.feature)
      if (decision === 'pass') continue
      texts[index]!.push(
        verdictText({ feature: judge.feature, decision, acted: false, rule, cohort: undefined }),
      )
    }
  }
  return texts.map((list) => list.sort())
}

test.each(['caller', 'service'] as const)(
  'live verdicts are those of a back-test, call by call (%s)',
  (side) => {
    let told = 0
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const said = live(side, steps)
        told += said.flat().length
        expect(said).toEqual(judged(side, steps))
      }),
      { numRuns: 300 },
    )
    expect(told).toBeGreaterThan(1000)
  },
)
