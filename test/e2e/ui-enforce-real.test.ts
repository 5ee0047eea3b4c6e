import type { CallRecord } from '../../model/call.ts'
import { insertCalls, SECOND, spanId, TOKEN } from '../support/mesh.ts'
import { textOf } from '../support/page-text.ts'
import { realPage } from '../support/real-page.ts'

/** The pages of control over the real API, a real Control and the real store. */
let spans = 0
/** One call of web-api to cart, `age_s` seconds ago, as the tap that judged it tells. */
function call(age_s: number, more: Partial<CallRecord> = {}): Partial<CallRecord> {
  spans += 1
  return {
    ...{ ts: Date.now() * 1000 - age_s * SECOND, span_id: spanId(spans), reporter: 'client' },
    ...{ source: 'web-api', destination: 'cart', duration_us: 11_000 },
    ...more,
  }
}

const judged = (count: number, verdict: string, more: Partial<CallRecord> = {}) =>
  Array.from({ length: count }, (_, at) =>
    call(1 + (at % 5), { verdicts: [verdict], config_version: real.served.control.revision, ...more }),
  )

const real = realPage(() => Array.from({ length: 40 }, (_, at) => call(2 + at)))

const choose = (name: string) => real.page.getByRole('radio', { name: new RegExp(`^${name}`) })
const apply = () => real.page.getByRole('button', { name: 'Apply' })
const standing = (text: string) => real.page.locator('.chips').getByText(text).waitFor()

test('from nothing to a dry run, to evidence, to 10 %, and back', async () => {
  await real.page.goto(`${real.served.url}/enforce#token=${TOKEN}`)
  await real.page.getByRole('link', { name: 'Begin with timeouts of cart' }).click()
  await real.page.getByText('dry-run has to run first').waitFor()
  expect(await choose('enforce').isDisabled()).toBe(true)
  await choose('dry-run').check()
  await real.page.getByLabel('request', { exact: true }).fill('1s and a bit')
  await real.page.getByLabel('Reason').fill('a first look')
  await apply().click()
  const problem = real.page.locator('.feature-form .problem')
  await problem.getByText(/request/).waitFor()
  await real.page.getByLabel('request', { exact: true }).fill('800ms')
  await apply().click()
  await standing('dry-run')
  await real.page.getByText('No call was looked at under these settings yet').waitFor()
  expect(real.served.control.current().document).toContain('request: 800ms')
  await insertCalls(real.store, [
    ...judged(1100, 'timeouts=pass'),
    ...judged(7, 'timeouts=would_cut;rule=request', { duration_us: 900_000 }),
  ])
  await real.page.reload()
  const row = real.page.getByRole('region', { name: 'What it said' }).locator('tbody tr').first()
  expect(await textOf(row)).toMatch(/^web-api.*▲ would be cutrequest77/)
  await real.page.getByText('tapmesh config set cart.timeouts mode=enforce percent=1 --reason').waitFor()
  await choose('enforce').check()
  expect(await real.page.getByLabel('percent', { exact: true }).inputValue()).toBe('1')
  await real.page.getByRole('button', { name: '10 %', exact: true }).click()
  await real.page.getByLabel('Reason').fill('seven calls only')
  await apply().click()
  await standing('enforce 10 %')
  expect(real.served.control.current().document).toMatch(/mode: enforce/)
  await insertCalls(real.store, [
    ...judged(100, 'timeouts=pass;cohort=treated'),
    ...judged(3, 'timeouts=cut;rule=request;cohort=treated', { outcome: 'timeout' }),
    ...judged(900, 'timeouts=pass;cohort=control'),
  ])
  await real.page.reload()
  const cohorts = real.page.getByRole('table', { name: 'Treated and control cohort' })
  expect(await textOf(cohorts.locator('[data-cohort="treated"]'))).toMatch(/^treated acted on1033/)
  expect(await textOf(cohorts.locator('[data-cohort="control"]'))).toMatch(/^control left alone9000/)
  await real.page.getByRole('button', { name: 'Undo this change …' }).click()
  await real.page.getByRole('button', { name: 'Undo it' }).click()
  await standing('dry-run')
  await real.page.goto(`${real.served.url}/audit`)
  await real.page.getByText('Each of 3 entries').waitFor()
  const entries = await real.page.locator('.audit-entry').allTextContents()
  expect(entries[0]).toContain('undo: seven calls only')
  expect(entries[1]).toContain('enforce')
})

test('a change that came in between is told, and made on the newest', async () => {
  await real.page.goto(`${real.served.url}/enforce/cart/rateLimit`)
  await choose('dry-run').check()
  await real.page.getByLabel('requestsPerSecond', { exact: true }).fill('200')
  await real.page.getByLabel('Reason').fill('how many would be shed')
  const set = { request: '900ms' }
  await real.served.control.edit({
    service: 'cart',
    feature: 'timeouts',
    set,
    reason: 'came first',
    actor: 'ann',
  })
  await apply().click()
  const problem = real.page.locator('.feature-form .problem')
  await problem.getByText('“came first”').waitFor()
  await problem.getByRole('button', { name: 'Make my change on the newest' }).click()
  await apply().click()
  await standing('dry-run')
  const { document } = real.served.control.current()
  expect(document).toContain('900ms')
  expect(document).toContain('requestsPerSecond: 200')
})

test('one caller gets settings of its own, until a time', async () => {
  await real.page.goto(`${real.served.url}/enforce/cart/timeouts`)
  await real.page.getByLabel('For calls of').selectOption('web-api')
  const request = real.page.getByLabel('request', { exact: true })
  expect(await request.getAttribute('placeholder')).toBe('as for all: 900ms')
  await request.fill('2s')
  await real.page.getByLabel('expires', { exact: true }).fill('2099-01-01T00:00:00Z')
  await real.page.getByLabel('Reason').fill('it may be slow')
  await real.page.getByText(/request=2s expires=2099-01-01T00:00:00Z --caller web-api --reason/).waitFor()
  await apply().click()
  await real.page.locator('[data-undo]').getByText('You set').waitFor()
  expect(real.served.control.current().document).toMatch(/callers:\s+web-api:\s+timeouts:/)
  await real.page.goto(`${real.served.url}/enforce`)
  await real.page.getByText('otherwise for 1 caller').waitFor()
})

test('rules with their hits, calls that none allows, and why one call would be denied', async () => {
  const document = `version: tapmesh/v1
services:
  cart:
    authorization:
      mode: dry-run
      default: deny
      rules:
        - { id: web-reads, action: allow, from: [web-api], methods: [GET] }
        - { id: nobody, action: allow, from: [no-such-caller] }
`
  await real.served.control.set({ document, reason: 'least privilege', actor: 'ann' })
  await insertCalls(real.store, [
    ...judged(20, 'authorization=pass', { reporter: 'server' }),
    ...judged(2, 'authorization=would_deny;rule=default', { method: 'POST', reporter: 'server' }),
  ])
  await real.page.goto(`${real.served.url}/policies`)
  const rules = real.page.getByRole('region', { name: 'Rules of cart' })
  await rules.waitFor()
  expect(await textOf(rules.locator('[data-rule="nobody"]'))).toContain('unused: no call fits it')
  expect(await textOf(rules.locator('[data-rule="web-reads"]'))).not.toContain('unused')
  await real.page.goto(`${real.served.url}/enforce/cart/authorization`)
  await real.page.locator('td a.mono').first().click()
  const why = real.page.locator('[data-why="authorization"]')
  await why.waitFor()
  const text = await textOf(why)
  for (const part of [
    '▲ would be denied',
    'web-reads does not name POST',
    'policy:',
    'Set by ann',
    '“least privilege”',
  ])
    expect(text).toContain(part)
  await real.page.goto(`${real.served.url}/calls?would=deny&verdict=authorization:deny`)
  const rows = real.page.locator('.call-row')
  await rows.nth(1).waitFor()
  expect(await rows.count()).toBe(2)
  expect(await textOf(rows.first())).toContain('▲ would be denied')
})

test('the map marks the edge that a policy would break; a back-test of the live document agrees', async () => {
  await real.page.goto(`${real.served.url}/map?range=1h`)
  const label = real.page.locator('.edge-label[data-source="web-api"][data-destination="cart"]')
  await label.getByText('▲ 9 would').waitFor()
  expect((await label.locator('tspan').allTextContents()).slice(-3)).toEqual([
    '■ 3 cut',
    '▲ 9 would',
    'be lost',
  ])
  await real.page.goto(`${real.served.url}/backtest?over=now-1h`)
  await real.page.getByRole('button', { name: 'Take the live document' }).click()
  await real.page.getByRole('button', { name: 'Back-test it' }).click()
  await real.page.getByText(/^This policy would have cost 2 calls/).waitFor()
  expect(await textOf(real.page.locator('[data-told="authorization"]'))).toMatch(/^2 would be denied/)
})

test('a bypass is seen at once by the control, and nothing complained', async () => {
  await real.page.goto(`${real.served.url}/enforce`)
  await real.page.getByRole('button', { name: 'Bypass everything …' }).click()
  await real.page.getByLabel('Reason').fill('drill')
  await real.page.getByRole('button', { name: 'Bypass everything', exact: true }).click()
  const banner = real.page.locator('[data-bypass="on"]')
  await banner.getByText('“drill”').waitFor()
  expect(real.served.control.bypassed).toBe(true)
  await real.page
    .locator('[data-service="cart"] [data-feature="authorization"]')
    .getByText('bypassed by hand')
    .waitFor()
  await banner.getByRole('button', { name: 'End the bypass …' }).click()
  await banner.getByRole('button', { name: 'End the bypass', exact: true }).click()
  await banner.waitFor({ state: 'detached' })
  // A refused change is an answer of 400 or 409, which a browser notes by itself.
  expect(real.complaints.filter((text) => !/status of 4(00|09)/.test(text))).toEqual([])
})
