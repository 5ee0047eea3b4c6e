import fc from 'fast-check'
import type { CallRecord, Outcome } from '../../../model/call.ts'
import { isRefused } from '../../../model/decision.ts'
import { CATALOGUE } from '../../../model/feature.ts'
import { verdictText } from '../../../model/verdict.ts'
import type { Endpoint } from '../../../net/endpoint.ts'
import { endpointAt } from '../../../net/endpoint.ts'
import { isStart } from '../../../policy/feature/feature.ts'
import { compilePolicy } from '../../../policy/judging/engine.ts'
import { Draft } from '../../../protocol/draft.ts'
import { Gates } from '../../../tap-proxy/gate/gates.ts'
import type { Gate, GatedCall, Watch } from '../../../tap-proxy/relay/ward.ts'
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

type Side = 'caller' | 'service'

/** A gate in dry-run on one side, under a clock that the test moves. */
function gateOn(side: Side, now: { us: number }): Gate {
  const clock = { mono_us: () => now.us, wall_us: (mono_us: number) => WALL_US + mono_us }
  const gates = new Gates(clock, (error) => {
    throw error
  })
  gates.use(policyOf(POLICY('dry-run')), 'r')
  const kind = side === 'caller' ? 'outbound' : 'inbound'
  const listener = { kind, destination: 'orders', destination_zone: '', protocol: 'http' }
  return gates.gateFor(listener as never)!
}

function draftOf({ method }: Step): Draft {
  const draft = new Draft()
  draft.head = Buffer.from(`${method} /x HTTP/1.1\r\n`)
  draft.methodEnd = method.length
  draft.pathStart = method.length + 1
  draft.pathEnd = draft.pathStart + 2
  return draft
}

/** The same caller is the same object. */
function sourcesOf(steps: readonly Step[]): GatedCall['source'][] {
  const known = new Map<string, GatedCall['source']>()
  return steps.map(({ source: service }) => {
    const source =
      known.get(service) ??
      ({
        service,
        instance: '',
        evidence: 'trace',
        identity: '',
        security: 'plaintext',
      } as GatedCall['source'])
    known.set(service, source)
    return source
  })
}

const targetOf = ({ endpoint }: Step): Endpoint => ({ ...endpointAt('', 1), label: endpoint })
const sorted = (drafts: readonly Draft[]) => drafts.map(({ verdicts }) => [...verdicts].sort())

/** Leads every call through a gate; the relay's part is played here. @returns what each record would say */
function live(side: Side, steps: readonly Step[]): string[][] {
  const now = { us: 0 }
  const gate = gateOn(side, now)
  const sources = sourcesOf(steps)
  const calls = steps.map((one, index) => ({
    draft: draftOf(one),
    source: sources[index],
    serial: index,
    active: true,
    startedAt: 0,
    ward: undefined,
    request: { done: true },
    dispatch() {},
    fields: () => [],
  }))
  for (const { at, index, end } of inOrder(steps)) {
    now.us = at
    const one = steps[index]!
    const call = calls[index]! as unknown as GatedCall & { startedAt: number }
    if (!end) {
      call.startedAt = at
      const target = targetOf(one)
      gate.admit(call, target, [target])
    } else {
      call.draft.ttfb_us = one.duration_us
      call.ward!.answered(one.status, Buffer.alloc(0), 0, 0)
      call.ward!.ended(one.status, '', one.outcome, true)
    }
  }
  return sorted(calls.map(({ draft }) => draft))
}

/** The same calls, relayed whatever the policy says. */
function watched(side: Side, steps: readonly Step[]): string[][] {
  const now = { us: 0 }
  const gate = gateOn(side, now)
  const sources = sourcesOf(steps)
  const drafts = steps.map(draftOf)
  const watches: (Watch | undefined)[] = []
  for (const { at, index, end } of inOrder(steps)) {
    now.us = at
    const one = steps[index]!
    const draft = drafts[index]!
    if (!end) {
      watches[index] = gate.watch!({
        ...{ draft, source: sources[index]!, destination: undefined, target: targetOf(one) },
        ...{ ts: WALL_US + at, fields: () => [] },
      })
    } else {
      const { duration_us, status, outcome } = one
      Object.assign(draft, { duration_us, ttfb_us: duration_us, status: String(status), outcome })
      watches[index]!.ended(draft, WALL_US + at)
    }
  }
  return sorted(drafts)
}

/** The same calls as records, judged as a back-test does. */
function judged(side: Side, steps: readonly Step[]): string[][] {
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
    const call = { ...records[index]!, finding: '' }
    for (const judge of engine.judgesFor('orders', call.source)) {
      if (CATALOGUE[judge.feature].side !== side) continue
      const { module } = judge
      const key = `${judge.feature} ${module.scopeOf(call)}`
      if (!states.has(key)) states.set(key, module.createState())
      const state = states.get(key)
      if (end && isStart(module.moment)) {
        if (admitted[index]!.has(judge.feature)) judge.ended(state, call, WALL_US + moment)
        continue
      }
      if (end === isStart(module.moment)) continue
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
  'live verdicts are those of a back-test, call by call, acting or watching (%s)',
  (side) => {
    let told = 0
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const said = live(side, steps)
        told += said.flat().length
        expect(said).toEqual(judged(side, steps))
        expect(watched(side, steps)).toEqual(said)
      }),
      { numRuns: 300 },
    )
    expect(told).toBeGreaterThan(1000)
  },
)
