import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { buildUi } from '../../ui/build.mjs'
import { openBrowser } from '../support/browser.ts'
import { textOf } from '../support/page-text.ts'
import { isAlive, startTapmesh, type TapmeshProcess } from '../support/tapmesh-process.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess, type TapProcess } from './support/tap-process.ts'

/** From a click in the browser to the tap's verdict on the next call and back to the page: a real mesh. */
let folder: string
let backend: Awaited<ReturnType<typeof startBackend>>
let up: TapmeshProcess
let tap: TapProcess
let browser: Browser
let page: Page
let api: string

/** Taps, the store and a page ask in seconds; a busy machine takes longer. */
const PATIENCE_MS = 40_000

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ui-enforce-live-'))
  // `tapmesh up` serves the build of the checkout.
  const [opened, started] = await Promise.all([openBrowser(), startBackend(), buildUi()])
  browser = opened
  backend = started
  up = startTapmesh(['up', '--data', join(folder, 'mesh'), '--port', '0', '--collector-port', '0'])
  api = (await up.said(/^listening api (\S+)$/m))[1]!
  const collector = (await up.said(/^listening collector (\S+)$/m))[1]!
  const tokenFile = join(folder, 'mesh', 'token')
  tap = await startTapProcess([
    ...['--service', 'orders', '--name', 'orders-1', '--listen', '0', '--to', backend.address],
    ...['--collector', collector, '--token-file', tokenFile, '--state-dir', join(folder, 'state')],
  ])
  page = await (await browser.newContext({ viewport: { width: 1400, height: 860 } })).newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(`${api}/enforce#token=${(await readFile(tokenFile, 'utf8')).trim()}`)
}, 60_000)

afterAll(async () => {
  endTaps()
  if (up && isAlive(up.pid)) up.process.kill('SIGTERM')
  await up?.ended()
  await browser.close()
  await backend.close()
  await rm(folder, { recursive: true, force: true })
})

const calls = async (count: number): Promise<number[]> => {
  const statuses: number[] = []
  for (let at = 0; at < count; at++) statuses.push((await call(tap.port('inbound orders'))).status)
  return statuses
}

test('a dry run set in the browser judges the next calls of the tap, and is undone there', async () => {
  expect(await calls(2)).toEqual([200, 200])
  await page.getByRole('link', { name: 'Begin with timeouts of orders' }).waitFor()
  await page.locator('[data-service="orders"] [data-feature="authorization"] a').click()
  await page.getByRole('radio', { name: /^dry-run/ }).check()
  await page.getByLabel('default', { exact: true }).selectOption('deny')
  await page.getByLabel('Reason').fill('who calls orders')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.locator('.chips').getByText('dry-run').waitFor()
  await page.getByRole('link', { name: 'Features' }).click()
  await page.locator('[data-revisions]').getByText('1 of 1').waitFor()
  expect(await textOf(page.locator('[data-tap="orders-1"]'))).toContain('● has it')
  expect(await calls(12)).toEqual(Array.from({ length: 12 }, () => 200))
  const cell = page.locator('[data-service="orders"] [data-feature="authorization"]')
  await cell.getByText('would touch 12').waitFor()
  await cell.getByRole('link').click()
  const said = page.getByRole('region', { name: 'What it said' })
  expect(await textOf(said.locator('tbody tr').first())).toMatch(/▲ would be denied.*12/)
  await page.getByText(/12 calls were looked at under these settings; \d+ are needed/).waitFor()
  expect(await page.getByRole('radio', { name: /^enforce/ }).isDisabled()).toBe(true)
  await said.locator('a.mono').first().click()
  await page.locator('[data-why="authorization"]').getByText('“who calls orders”').waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Undo this change …' }).click()
  await page.getByRole('button', { name: 'Undo it' }).click()
  await page.locator('.chips').getByText('disabled').waitFor()
}, 120_000)

test('the bypass reaches the tap, which says so', async () => {
  await page.goto(`${api}/enforce`)
  await page.getByRole('button', { name: 'Bypass everything …' }).click()
  await page.getByLabel('Reason').fill('drill')
  await page.getByRole('button', { name: 'Bypass everything', exact: true }).click()
  await page.locator('[data-bypass="on"]').getByText('“drill”').waitFor()
  await page.locator('[data-revisions] summary').getByText('1 bypassed').waitFor()
  expect(await calls(1)).toEqual([200])
}, 120_000)
