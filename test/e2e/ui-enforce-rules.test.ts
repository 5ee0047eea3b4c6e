import { readFile } from 'node:fs/promises'
import type { BacktestFeature } from '../../graph-api/contract.ts'
import { shop } from '../support/fake-graph.ts'
import { textOf } from '../support/page-text.ts'
import { UiBench, until } from '../support/ui-page.ts'

/** Rules with their hits and proposals, the back-test, the audit, and why one call was treated so. */
const bench = UiBench.forFile()

const AGO = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const CALL = '65fe37f85f611715.server'
const REASON = 'nearest rule recommendation-posts does not name GET'

const RULES = [
  {
    ...{ id: 'cart-1', action: 'allow' as const, from: ['cart'], methods: ['GET'], paths: ['/payments/{*}'] },
    ...{ headers: [], line: 12, hits: 41_200, last_seen: AGO(3), unused: false },
  },
  {
    ...{ id: 'no-delete', action: 'deny' as const, from: [], methods: ['DELETE'], paths: [] },
    ...{ headers: [], line: 13, hits: 0, last_seen: null, unused: true },
  },
  {
    ...{ id: 'staff', action: 'allow' as const, from: [], methods: [], paths: [], headers: ['x-role'] },
    ...{ line: 14, hits: 0, last_seen: null, unused: false },
  },
]

async function rulesPage() {
  const api = await bench.api(shop(), 5)
  api.control.policies = [
    {
      service: 'payment',
      mode: 'dry-run',
      percent: 100,
      default: 'deny',
      would_deny: 210,
      denied: 0,
      rules: RULES,
    },
  ]
  api.control.recommendation = {
    window: { from: AGO(2_592_000), to: AGO(0), seconds: 2_592_000 },
    ...{ service: 'payment', calls: 41_410, first_call: AGO(259_200) },
    rules: ['cart', 'notification'].map((from) => ({
      ...{ id: `${from}-1`, from, methods: ['GET'], paths: ['/payments/{*}'], believed_by: 'trace' },
      ...{ calls: 100, days: 3, first_seen: AGO(259_200), last_seen: AGO(3), unseen: 0 },
    })),
    review: [
      {
        ...{ source: '10.1.2.3', method: 'DELETE', route: '/payments/{id}', calls: 3 },
        ...{ last_seen: AGO(4000), reason: 'known by address alone' },
      },
    ],
  }
  const visit = await bench.visit(`${api.address}/policies#token=${api.token}`)
  return { api, page: visit.page }
}

test('rules show their hits, the unused one and the calls that none allows', async () => {
  const { page } = await rulesPage()
  const rules = page.getByRole('region', { name: 'Rules of payment' })
  expect(await textOf(rules.locator('[data-rule="cart-1"]'))).toMatch(/cart-1allowcartGET\/payments.*41.200/)
  expect(await textOf(rules.locator('[data-rule="no-delete"]'))).toContain('unused: no call fits it')
  expect(await textOf(rules.locator('[data-rule="staff"]'))).toMatch(
    /asks for header x-role, which is not recorded/,
  )
  await page.getByRole('link', { name: '210 calls that no rule allows' }).click()
  await page.waitForURL(/\/calls\?/)
  const { searchParams } = new URL(page.url())
  expect(Object.fromEntries(searchParams)).toEqual({
    ...{ destination: 'payment', verdict: 'authorization:deny', would: 'deny' },
  })
})

test('a proposal is a difference from the rules; it is saved, or taken to a back-test', async () => {
  const { page } = await rulesPage()
  await page.getByRole('button', { name: 'Propose from recorded calls' }).click()
  const diff = page.getByRole('figure', { name: 'Proposed rules of payment' })
  await diff.waitFor()
  expect(await diff.locator('.kept, del, ins').allTextContents()).toEqual([
    '  { id: "cart-1", action: allow, from: ["cart"], methods: ["GET"], paths: ["/payments/{*}"] }',
    '− { id: "no-delete", action: deny, methods: ["DELETE"] }',
    '− { id: "staff", action: allow, headers: ["x-role"] }',
    '+ { id: "notification-1", action: allow, from: ["notification"], methods: ["GET"], paths: ["/payments/{*}"] }',
  ])
  expect(await textOf(page.getByRole('table', { name: 'Seen and not granted' }))).toContain(
    'known by address alone',
  )
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as YAML' }).click()
  const text = await readFile((await (await saved).path())!, 'utf8')
  expect(text).toContain('      default: deny\n')
  await page.getByRole('button', { name: 'Back-test it' }).click()
  await page.getByRole('heading', { name: 'Back-test' }).waitFor()
  expect(await page.getByLabel('Policy').inputValue()).toBe(text)
})

const FEATURE: BacktestFeature = {
  ...{ service: 'payment', feature: 'authorization', mode: 'dry-run', calls: 2015, affected: 210 },
  ...{ refused: 210, good_refused: 209, good_cut: 0, decisions: { deny: 210 }, calls_left_out: 0 },
  ...{ worst: null, step_s: 60, steps: [], retries: null, endpoints: null },
  rows: [
    {
      ...{ source: 'recommendation', method: 'GET', route: '/history/{id}', decision: 'deny' },
      ...{ rule: 'default', reason: REASON, calls: 210, good: 209, samples: [CALL] },
      ...{ first_seen: AGO(9000), last_seen: AGO(30) },
    },
  ],
}
const PROGRESS = { progress: { phase: 'summary' as const, done: 1000, total: 2015 } }
const ANSWER = {
  answer: {
    window: { from: AGO(2_592_000), to: AGO(0), seconds: 2_592_000 },
    ...{ calls: 2015, would_lose: 210, features: [FEATURE], silent: [], elapsed_ms: 512 },
    coverage: { first_call: AGO(9000), last_call: AGO(3), lost: 0, quarantined: 0 },
    ...{ unseen: { chance: 0, kinds: 10, seen_once: 0 }, notes: ['Features are judged alone.'] },
  },
}

test('the live document is back-tested with its progress; the result stays while one looks at a call', async () => {
  const api = await bench.api(shop(), 5)
  api.control.document = 'version: tapmesh/v1\n'
  api.control.backtest = [PROGRESS, ANSWER]
  const { page } = await bench.visit(`${api.address}/backtest#token=${api.token}`)
  await page.getByRole('button', { name: 'Take the live document' }).click()
  await page.getByLabel('Window').selectOption('now-7d')
  await page.getByRole('button', { name: 'Back-test it' }).click()
  await page.getByText('This policy would have cost 210 calls').waitFor()
  expect(api.control.changes).toEqual([
    {
      path: 'backtest',
      body: { policy: 'version: tapmesh/v1\n', name: 'policy', from: 'now-7d', to: 'now' },
    },
  ])
  expect(await textOf(page.locator('[data-told="authorization"]'))).toBe(
    '210 would be denied (10 %), 209 of the refused had ended well',
  )
  await page.getByText('of a caller, method and route never seen: at most 0.15 %').waitFor()
  const rows = page.getByRole('region', { name: 'payment.authorization' })
  expect(await textOf(rows.locator('tbody tr'))).toContain(REASON)
  await rows.getByRole('link', { name: CALL.slice(0, 6) }).click()
  await page.waitForURL(/\/call\//)
  await page.goBack()
  await page.getByText('This policy would have cost 210 calls').waitFor()
})

test('a back-test shows how far it is and is cancelled; a policy that is wrong is told with its place', async () => {
  const api = await bench.api(shop(), 5)
  api.control.backtest = [PROGRESS, ANSWER]
  api.control.backtest_waits = true
  const { page } = await bench.visit(`${api.address}/backtest#token=${api.token}`)
  await page.getByLabel('Policy').fill('version: tapmesh/v1')
  await page.getByRole('button', { name: 'Back-test it' }).click()
  await page.getByText(/Counting: 1.000 of 2.015 calls/).waitFor()
  expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1000')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await until(() => api.control.backtests_cancelled === 1)
  await page.getByRole('progressbar').waitFor({ state: 'detached' })
  expect(await page.locator('.problem').count()).toBe(0)
  const message = 'policy:4:15: retrys is not a feature'
  api.control.backtest = [
    { error: { code: 'TAPMESH_CONFIG_INVALID', message, hint: 'Did you mean retries?' } },
  ]
  api.control.backtest_waits = false
  await page.getByRole('button', { name: 'Back-test it' }).click()
  const problem = page.locator('.problem')
  await problem.getByText(message).waitFor()
  await problem.getByText('Did you mean retries?').waitFor()
})

test('the audit shows before and after, who, why, and whether the chain is whole; it can be searched', async () => {
  const api = await bench.api(shop(), 5)
  api.control.record('edit', 'ten per cent', 'cart.retries mode: dry-run', 'cart.retries mode: enforce')
  api.control.record('bypass', 'checkout is down', '', '')
  api.control.record('rollback', 'treated failed more', 'cart.retries percent: 50', '', true)
  const { page } = await bench.visit(`${api.address}/audit`)
  await page.locator('[data-chain="intact"]').getByText('Each of 3 entries').waitFor()
  const entry = page.locator('[data-seq="1"]')
  expect(await entry.locator('del').textContent()).toBe('− cart.retries mode: dry-run')
  expect(await entry.locator('ins').textContent()).toBe('+ cart.retries mode: enforce')
  expect(await textOf(page.locator('[data-seq="3"]'))).toMatch(
    /put backby controlby itself.*treated failed more/,
  )
  await page.getByLabel('Find in the audit').fill('checkout')
  await until(async () => (await page.locator('.audit-entry').count()) === 1)
  await page.getByLabel('Find in the audit').fill('')
  await page.getByLabel('Action').selectOption('rollback')
  await until(async () => (await page.locator('.audit-entry').count()) === 1)
  expect(page.url()).toContain('action=rollback')
  api.control.broken_at = 2
  await page.reload()
  await page.locator('[data-chain="broken"]').getByText('broken at entry 2').waitFor()
})

test('older entries come page by page', async () => {
  const api = await bench.api(shop(), 5)
  for (let turn = 1; turn <= 130; turn++) api.control.record('edit', `change ${turn}`, '', `percent: ${turn}`)
  const { page } = await bench.visit(`${api.address}/audit`)
  await page.getByText('change 130').waitFor()
  expect(await page.locator('.audit-entry').count()).toBe(100)
  await page.getByRole('button', { name: 'Older entries' }).click()
  await page.getByText('change 1', { exact: true }).waitFor()
  expect(await page.locator('.audit-entry').count()).toBe(130)
  expect(await page.getByRole('button', { name: 'Older entries' }).count()).toBe(0)
})

test('a call says why: the decision, the rule with its line, the reason in words and who set it', async () => {
  const api = await bench.api(shop(), 5)
  api.control.why.set(CALL, {
    ...{ id: CALL, ts: AGO(20), trace_id: 'ab'.repeat(16), source: 'recommendation', destination: 'payment' },
    ...{ method: 'GET', route: '/history/{id}', status: '403', outcome: 'denied', config_version: 'a1b2.2' },
    verdicts: [
      {
        ...{ feature: 'authorization', decision: 'deny', acted: true, rule: 'default', cohort: 'treated' },
        ...{ reason: REASON, place: 'policy:12' },
        set_by: { actor: 'ada', at: AGO(4000), reason: 'least privilege' },
      },
    ],
  })
  const { page } = await bench.visit(`${api.address}/call/${CALL}`)
  const why = page.locator('[data-why="authorization"]')
  await why.waitFor()
  const text = await textOf(why)
  for (const part of [
    '■ denied',
    'rule default',
    'policy:12',
    'treated cohort',
    REASON,
    'Set by ada',
    '“least privilege”',
  ])
    expect(text).toContain(part)
  await page.getByRole('link', { name: 'Authorization' }).click()
  await page.waitForURL(/\/enforce\/payment\/authorization/)
  await page.goto(`${api.address}/call/none.server`)
  await page.getByRole('heading', { name: 'There is no such call' }).waitFor()
})
