/** Decides a million calls by 200 rules and prints what one decision took, as one line of JSON. */
import type { Given, Policy } from '../../../model/policy.ts'
import type { JudgedCall } from '../../../policy/feature/feature.ts'
import { compilePolicy } from '../../../policy/judging/engine.ts'

const RULES = 200
const CALLERS = 40
const DECISIONS = 1_000_000

const identity = (index: number) => `spiffe://prod.example/ns/shop/sa/service-${index % CALLERS}`
const rules = Array.from({ length: RULES }, (_, index) => ({
  id: `rule-${index}`,
  action: index % 20 === 19 ? 'deny' : 'allow',
  from: [identity(index)],
  methods: index % 3 === 0 ? ['GET'] : ['GET', 'POST'],
  paths: [`/area-${index % 50}/{*}`, `/v1/area-${index}/{*}/items/{**}`],
}))
const given: Given = { mode: 'dry-run', default: 'deny', rules }
const policy: Policy = {
  trustDomain: 'prod.example',
  services: new Map([['orders', { features: { authorization: given }, callers: new Map() }]]),
}

const calls = (method: string): JudgedCall[] =>
  Array.from({ length: RULES }, (_, index) => ({
    ts: 0,
    duration_us: 1000,
    ttfb_us: 900,
    source: `service-${index % CALLERS}`,
    source_identity: index % 2 === 0 ? identity(index) : '',
    source_evidence: index % 2 === 0 ? 'mtls' : 'trace',
    destination: 'orders',
    destination_instance: '10.0.0.1:80',
    destination_zone: '',
    protocol: 'http',
    method,
    path: `/v1/area-${index}/17/items/${index}`,
    status: '200',
    outcome: 'ok',
    response_flags: '',
    request_bytes: 300,
    attempt: 1,
    security: 'plaintext',
    finding: '',
  }))

const judge = compilePolicy(policy).judgesFor('orders', '')[0]!

function cpu_us(of: readonly JudgedCall[]): number {
  let denied = 0
  const before = process.cpuUsage()
  for (let at = 0; at < DECISIONS; at++) {
    if (judge.decide(undefined, of[at % RULES]!, at).decision === 'deny') denied++
  }
  const { user, system } = process.cpuUsage(before)
  // Without a use of the verdicts they might not be made at all.
  if (denied === DECISIONS + 1) console.error(denied)
  return (user + system) / DECISIONS
}

const [allowed, refused] = [calls('GET'), calls('DELETE')]
cpu_us(allowed)
cpu_us(refused)
console.log(JSON.stringify({ allowed_cpu_us: cpu_us(allowed), refused_cpu_us: cpu_us(refused) }))
