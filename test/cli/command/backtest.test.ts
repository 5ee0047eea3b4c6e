import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BacktestAnswer } from '../../../graph-api/contract.ts'
import { TOKEN } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'
import { shopMesh } from '../../support/shop-mesh.ts'
import { runTapmesh } from '../support/tapmesh-command.ts'

/** `tapmesh backtest` against the real API over a real store. */
const mesh = shopMesh()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-backtest-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(services: string): string {
  const file = join(folder, 'policy.yaml')
  writeFileSync(file, policyText(services))
  return file
}

const tapmesh = (args: string[], token = TOKEN) =>
  runTapmesh(args, { environment: { TAPMESH_TOKEN: token, TAPMESH_API: mesh.served.url } })

const run = (services: string, args: string[] = [], token = TOKEN) =>
  tapmesh(['backtest', written(services), '--from', 'now-15m', ...args], token)

const DENYING = `  cart:
    authorization:
      mode: dry-run
      default: deny
      rules: [{ id: web-writes, action: allow, from: [web-api], methods: [POST] }]
`

test('says first what it would have cost, then who, why, and what is not known; exits with 1', async () => {
  const ran = await run(DENYING)
  expect(ran).toMatchObject({ exit: 1, error: '' })
  expect(ran.out).toMatch(/^This policy would have cost 105 calls/)
  expect(ran.out).toMatch(/105 calls examined/)
  expect(ran.out).toMatch(/cart\.authorization {2}105 calls judged: 105 denied \(100 %\)/)
  expect(ran.out).toMatch(/deny +100 +9\d +web-api +GET +\/cart\/\{id\} +default/)
  expect(ran.out).toMatch(
    /nearest rule web-writes does not name GET \(caller web-api, believed by trace\) · such as call [0-9a-f]{16}\.server/,
  )
  expect(ran.out).toMatch(
    /nearest rule web-writes names other callers and does not name GET \(caller 10\.0\.0\.99, unauthenticated\)/,
  )
  expect(ran.out).toMatch(/Chance that the next call .* at most 2\.9 % \(2 kinds, 0 seen once\)/)
  expect(ran.out).toContain('The world judged is the one without the policy')
})

test('a policy that refuses nothing is no finding', async () => {
  const ran = await run(
    '  cart:\n    timeouts: { mode: dry-run, request: 1h }\n    retries: { mode: dry-run }\n',
  )
  expect(ran).toMatchObject({ exit: 0, error: '' })
  expect(ran.out).toMatch(/^This policy would have refused or cut no call/)
  expect(ran.out).toMatch(/cart\.timeouts {2}105 calls judged: nothing would have happened/)
  expect((await run('  nobody: { mtls: { mode: dry-run, policy: strict } }\n')).out).toMatch(
    /^No call to these services/,
  )
})

test('--json is the answer of the API', async () => {
  const answer = JSON.parse((await run(DENYING, ['--json'])).out) as BacktestAnswer
  expect(answer).toMatchObject({ calls: 105, would_lose: 105, features: [{ service: 'cart', refused: 105 }] })
})

test('a wrong token, a mistake in the policy, nobody there: each its own code', async () => {
  expect(await run(DENYING, [], 'b'.repeat(64))).toMatchObject({
    exit: 69,
    error: expect.stringContaining('TAPMESH_TOKEN_WRONG'),
  })
  expect(await run('  cart: { nothing: 1 }\n')).toMatchObject({
    exit: 64,
    error: expect.stringMatching(/policy\.yaml:4:11: unknown key/),
  })
  expect(await run(DENYING, ['--api', 'http://127.0.0.1:1'])).toMatchObject({
    exit: 69,
    error: expect.stringContaining('tapmesh up'),
  })
})

test('recommend writes a policy with its evidence beside each rule, and changes nothing', async () => {
  const ran = await tapmesh(['recommend', 'cart', '--from', 'now-15m'])
  expect(ran).toMatchObject({ exit: 0, error: '' })
  expect(ran.out).toMatch(/^# Proposed from 105 calls to cart/)
  expect(ran.out).toMatch(/# 100 calls on 1 day, 2026-09-21; caller believed by trace/)
  expect(ran.out).toContain(
    '- { id: web-api-get, action: allow, from: [ web-api ], methods: [ GET ], paths: [ "/cart/{*}" ] }',
  )
  expect(ran.out).toMatch(/# {3}10\.0\.0\.99 GET .*only its address names the caller/)
  expect(await tapmesh(['recommend', 'nobody'])).toMatchObject({
    exit: 1,
    error: expect.stringContaining('TAPMESH_NOT_FOUND'),
  })
})

test('recommend --against shows what would change in a policy of your own', async () => {
  const ran = await tapmesh(['recommend', 'cart', '--from', 'now-15m', '--against', written(DENYING)])
  expect(ran).toMatchObject({ exit: 1, error: '' })
  expect(ran.out).toBe(
    'cart.authorization\n  - rules.web-writes: allow from web-api methods POST\n  + rules.web-api-get: allow from web-api methods GET paths /cart/{*}\n',
  )
  const same = `  cart:
    authorization: { mode: dry-run, default: deny, rules: [{ id: mine, action: allow, from: [web-api], methods: [GET], paths: ["/cart/{*}"] }] }
`
  expect(await tapmesh(['recommend', 'cart', '--from', 'now-15m', '--against', written(same)])).toMatchObject(
    { exit: 0 },
  )
})

test('what two features would refuse is said to count twice, and retries are told in the order of what happens', async () => {
  const { out } = await run(`  purchase-history:
    mtls: { mode: dry-run, policy: strict }
    authorization: { mode: dry-run, default: deny }
    retries: { mode: dry-run, codes: [500] }
`)
  expect(out).toContain('a call that two would refuse counts twice')
  expect(out).toMatch(
    /retries {2}140 calls judged: \d+ failed \(\d+ %\), \d+ sent again, \d+ of them \(\d+ %\) with the next real call of their kind going well, load \+/,
  )
})
