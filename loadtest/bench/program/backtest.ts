/**
 * Fills a store with calls of 30 days, made inside it from a counter, and back-tests two policies on
 * them: one of features judged by summaries, one of features replayed call by call. Prints one line of
 * JSON. Arguments: data folder, calls.
 */

import { backtest } from '../../../graph-api/backtest/backtest.ts'
import { readPolicyText } from '../../../policy/policy-file.ts'
import { openStore } from '../../../store/open.ts'
import { ROLLUPS } from '../../../store/rollups.ts'

const dataFolder = process.argv[2]!
const calls = Number(process.argv[3])
const BLOCK = 500_000
const to_s = Math.floor(Date.now() / 1000)
const from_s = to_s - 30 * 86_400
const SERVICES = ['cart', 'payment', 'recommendation', 'catalog']

const COLUMNS = `ts, duration_us, ttfb_us, trace_id, span_id, reporter, source, source_evidence, destination,
  destination_instance, protocol, method, route, path, status, outcome, request_bytes, response_bytes, attempt, security, tap`

function fillSql(first: number, rows: number): string {
  const draw = (place: number, below: number) => `cityHash64(number, ${place}) % ${below}`
  const hex = (place: number) => `leftPad(lower(hex(cityHash64(number, ${place}))), 16, '0')`
  const list = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`
  return `INSERT INTO tapmesh.calls (${COLUMNS})
    SETTINGS insert_deduplication_token = 'backtest-${first}', max_partitions_per_insert_block = 0, max_threads = 2
    SELECT fromUnixTimestamp64Micro(toInt64(${from_s}000000 + number * ${Math.floor((30 * 86_400e6) / calls)}), 'UTC'),
      took, toUInt64(took * 0.9), concat(${hex(1)}, ${hex(2)}), ${hex(3)}, 'server',
      ${list(['web-api', 'batch', 'checkout', 'cart', 'mobile'])}[${draw(5, 5)} + 1], 'trace',
      ${list(SERVICES)}[${draw(6, 4)} + 1], concat('10.1.0.', toString(kind % 3), ':80'), 'http',
      if(kind < 4, 'GET', 'POST'), concat('/resource-', toString(kind), '/{id}'),
      concat('/resource-', toString(kind), '/', toString(number % 100000)),
      multiIf(chance < 100, '503', chance < 400, '404', '200'),
      multiIf(chance < 100, 'server_error', chance < 400, 'client_error', 'ok'), 300, 400, 1, 'plaintext', 'tap'
    FROM (SELECT number, ${draw(7, 6)} AS kind, ${draw(8, 10_000)} AS chance,
      toUInt64(exp(7.5 + (${draw(9, 1000)}) / 250)) AS took FROM numbers(${first}, ${rows}))`
}

const policyOf = (features: string) =>
  readPolicyText(
    'bench',
    `version: tapmesh/v1\nservices: { ${SERVICES.map((name) => `${name}: { ${features} }`).join(', ')} }\n`,
  ).policy

const SUMMARY = policyOf(`timeouts: { mode: dry-run, request: 50ms }, mtls: { mode: dry-run, policy: strict },
  authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, from: [web-api], methods: [GET] }] }`)
const REPLAY = policyOf(`retries: { mode: dry-run }, outlierDetection: { mode: dry-run },
  connectionPool: { mode: dry-run, maxConnections: 3 }, rateLimit: { mode: dry-run, requestsPerSecond: 10 }`)

const store = await openStore({ dataFolder })
// The rollups take longer to fill than the calls and are not what is measured.
for (const { name } of ROLLUPS) await store.command(`DROP VIEW IF EXISTS tapmesh.${name}_view`)
for (let first = 0; first < calls; first += BLOCK)
  await store.command(fillSql(first, Math.min(BLOCK, calls - first)))

async function timed(policy: typeof SUMMARY) {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const span = { from_us: from_s * 1e6, to_us: to_s * 1e6 }
  const answer = await backtest({ store, policy, span, now: () => Date.now() * 1000 })
  const { user, system } = process.cpuUsage(cpu)
  if (answer.calls !== calls) throw new Error(`${answer.calls} calls were examined, not ${calls}`)
  return { wall_s: (performance.now() - began) / 1000, cpu_s: (user + system) / 1e6 }
}

const summary = await timed(SUMMARY)
const replay = await timed(REPLAY)
await store.close()
console.log(
  JSON.stringify({
    summary_wall_s: summary.wall_s,
    summary_cpu_s: summary.cpu_s,
    replay_wall_s: replay.wall_s,
    replay_cpu_s: replay.cpu_s,
    peak_mib: process.resourceUsage().maxRSS / 1024,
  }),
)
