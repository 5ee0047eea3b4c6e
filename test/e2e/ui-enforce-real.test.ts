import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { CallRecord } from '../../model/call.ts'
import { buildUi } from '../../ui/build.mjs'
import { openBrowser } from '../support/browser.ts'
import { insertCalls, openTestStore, SECOND, type Served, serveApi, spanId, TOKEN } from '../support/mesh.ts'
import { textOf } from '../support/page-text.ts'

/** The pages of control over the real API, a real Control and the real store. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served
let browser: Browser
let page: Page
let folder: string
const complaints: string[] = []

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
    call(1 + (at % 5), { verdicts: [verdict], config_version: served.control.revision, ...more }),
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-ui-enforce-'))
  store = await openTestStore()
  await insertCalls(
    store,
    Array.from({ length: 40 }, (_, at) => call(2 + at)),
  )
  const [opened] = await Promise.all([openBrowser(), buildUi({ outdir: join(folder, 'ui') })])
  browser = opened
  served = await serveApi(store, { assets: join(folder, 'ui'), now: () => Date.now() * 1000 })
  page = await (await browser.newContext({ viewport: { width: 1400, height: 860 } })).newPage()
  page.setDefaultTimeout(10_000)
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})

afterAll(async () => {
  await browser.close()
  await served.close()
  await store.remove()
  await rm(folder, { recursive: true, force: true })
})

const choose = (name: string) => page.getByRole('radio', { name: new RegExp(`^${name}`) })
const apply = () => page.getByRole('button', { name: 'Apply' })
const standing = (text: string) => page.locator('.chips').getByText(text).waitFor()

test('from nothing to a dry run, to evidence, to 10 %, and back', async () => {
  await page.goto(`${served.url}/enforce#token=${TOKEN}`)
  await page.getByRole('link', { name: 'Begin with timeouts of cart' }).click()
  await page.getByText('dry-run has to run first').waitFor()
  expect(await choose('enforce').isDisabled()).toBe(true)
  await choose('dry-run').check()
  await page.getByLabel('request', { exact: true }).fill('1s and a bit')
  await page.getByLabel('Reason').fill('a first look')
  await apply().click()
  const problem = page.locator('.feature-form .problem')
  await problem.getByText(/request/).waitFor()
  await page.getByLabel('request', { exact: true }).fill('800ms')
  await apply().click()
  await standing('dry-run')
  await page.getByText('No call was looked at under these settings yet').waitFor()
  expect(served.control.current().document).toContain('request: 800ms')
  await insertCalls(store, [
    ...judged(1100, 'timeouts=pass'),
    ...judged(7, 'timeouts=would_cut;rule=request', { duration_us: 900_000 }),
  ])
  await page.reload()
  const row = page.getByRole('region', { name: 'What it said' }).locator('tbody tr').first()
  expect(await textOf(row)).toMatch(/^web-api.*▲ would be cutrequest77/)
  await page.getByText('tapmesh config set cart.timeouts mode=enforce percent=1 --reason').waitFor()
  await choose('enforce').check()
  expect(await page.getByLabel('percent', { exact: true }).inputValue()).toBe('1')
  await page.getByRole('button', { name: '10 %', exact: true }).click()
  await page.getByLabel('Reason').fill('seven calls only')
  await apply().click()
  await standing('enforce 10 %')
  expect(served.control.current().document).toMatch(/mode: enforce/)
  await insertCalls(store, [
    ...judged(100, 'timeouts=pass;cohort=treated'),
    ...judged(3, 'timeouts=cut;rule=request;cohort=treated', { outcome: 'timeout' }),
    ...judged(900, 'timeouts=pass;cohort=control'),
  ])
  await page.reload()
  const cohorts = page.getByRole('table', { name: 'Treated and control cohort' })
  expect(await textOf(cohorts.locator('[data-cohort="treated"]'))).toMatch(/^treated acted on1033/)
  expect(await textOf(cohorts.locator('[data-cohort="control"]'))).toMatch(/^control left alone9000/)
  await page.getByRole('button', { name: 'Undo this change …' }).click()
  await page.getByRole('button', { name: 'Undo it' }).click()
  await standing('dry-run')
  await page.goto(`${served.url}/audit`)
  await page.getByText('Each of 3 entries').waitFor()
  const entries = await page.locator('.audit-entry').allTextContents()
  expect(entries[0]).toContain('undo: seven calls only')
  expect(entries[1]).toContain('enforce')
})

test('a change that came in between is told, and made on the newest', async () => {
  await page.goto(`${served.url}/enforce/cart/rateLimit`)
  await choose('dry-run').check()
  await page.getByLabel('requestsPerSecond', { exact: true }).fill('200')
  await page.getByLabel('Reason').fill('how many would be shed')
  const set = { request: '900ms' }
  await served.control.edit({ service: 'cart', feature: 'timeouts', set, reason: 'came first', actor: 'ann' })
  await apply().click()
  const problem = page.locator('.feature-form .problem')
  await problem.getByText('“came first”').waitFor()
  await problem.getByRole('button', { name: 'Make my change on the newest' }).click()
  await apply().click()
  await standing('dry-run')
  const { document } = served.control.current()
  expect(document).toContain('900ms')
  expect(document).toContain('requestsPerSecond: 200')
})

test('one caller gets settings of its own, until a time', async () => {
  await page.goto(`${served.url}/enforce/cart/timeouts`)
  await page.getByLabel('For calls of').selectOption('web-api')
  const request = page.getByLabel('request', { exact: true })
  expect(await request.getAttribute('placeholder')).toBe('as for all: 900ms')
  await request.fill('2s')
  await page.getByLabel('expires', { exact: true }).fill('2099-01-01T00:00:00Z')
  await page.getByLabel('Reason').fill('it may be slow')
  await page.getByText(/request=2s expires=2099-01-01T00:00:00Z --caller web-api --reason/).waitFor()
  await apply().click()
  await page.locator('[data-undo]').getByText('You set').waitFor()
  expect(served.control.current().document).toMatch(/callers:\s+web-api:\s+timeouts:/)
  await page.goto(`${served.url}/enforce`)
  await page.getByText('otherwise for 1 caller').waitFor()
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
  await served.control.set({ document, reason: 'least privilege', actor: 'ann' })
  await insertCalls(store, [
    ...judged(20, 'authorization=pass', { reporter: 'server' }),
    ...judged(2, 'authorization=would_deny;rule=default', { method: 'POST', reporter: 'server' }),
  ])
  await page.goto(`${served.url}/policies`)
  const rules = page.getByRole('region', { name: 'Rules of cart' })
  await rules.waitFor()
  expect(await textOf(rules.locator('[data-rule="nobody"]'))).toContain('unused: no call fits it')
  expect(await textOf(rules.locator('[data-rule="web-reads"]'))).not.toContain('unused')
  await page.goto(`${served.url}/enforce/cart/authorization`)
  await page.locator('td a.mono').first().click()
  const why = page.locator('[data-why="authorization"]')
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
  await page.goto(`${served.url}/calls?would=deny&verdict=authorization:deny`)
  const rows = page.locator('.call-row')
  await rows.nth(1).waitFor()
  expect(await rows.count()).toBe(2)
  expect(await textOf(rows.first())).toContain('▲ would be denied')
})

test('the map marks the edge that a policy would break; a back-test of the live document agrees', async () => {
  await page.goto(`${served.url}/map?range=1h`)
  const label = page.locator('.edge-label[data-source="web-api"][data-destination="cart"]')
  await label.getByText('▲ 9 would').waitFor()
  expect((await label.locator('tspan').allTextContents()).slice(-3)).toEqual([
    '■ 3 cut',
    '▲ 9 would',
    'be lost',
  ])
  await page.goto(`${served.url}/backtest?over=now-1h`)
  await page.getByRole('button', { name: 'Take the live document' }).click()
  await page.getByRole('button', { name: 'Back-test it' }).click()
  await page.getByText(/^This policy would have cost 2 calls/).waitFor()
  expect(await textOf(page.locator('[data-told="authorization"]'))).toMatch(/^2 would be denied/)
})

test('a bypass is seen at once by the control, and nothing complained', async () => {
  await page.goto(`${served.url}/enforce`)
  await page.getByRole('button', { name: 'Bypass everything …' }).click()
  await page.getByLabel('Reason').fill('drill')
  await page.getByRole('button', { name: 'Bypass everything', exact: true }).click()
  const banner = page.locator('[data-bypass="on"]')
  await banner.getByText('“drill”').waitFor()
  expect(served.control.bypassed).toBe(true)
  await page
    .locator('[data-service="cart"] [data-feature="authorization"]')
    .getByText('bypassed by hand')
    .waitFor()
  await banner.getByRole('button', { name: 'End the bypass …' }).click()
  await banner.getByRole('button', { name: 'End the bypass', exact: true }).click()
  await banner.waitFor({ state: 'detached' })
  // A refused change is an answer of 400 or 409, which a browser notes by itself.
  expect(complaints.filter((text) => !/status of 4(00|09)/.test(text))).toEqual([])
})
