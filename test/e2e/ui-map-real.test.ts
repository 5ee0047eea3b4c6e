import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { CallsSource } from '../../graph-api/route/stream.ts'
import type { CallRecord } from '../../model/call.ts'
import { buildUi } from '../../ui/build.mjs'
import { openBrowser } from '../support/browser.ts'
import {
  bothSides,
  insertCalls,
  openTestStore,
  SECOND,
  type Served,
  serveApi,
  spanId,
  traceId,
} from '../support/mesh.ts'

/** The map against the real API over the real store: what the stand-in of the other tests might get wrong. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served
let browser: Browser
let page: Page
let folder: string
let arrived: Parameters<CallsSource>[0] | undefined
const complaints: string[] = []

let spans = 0
/** One trace: user to shop.web to shop.cart to pay, the last one failing every fifth time. */
function trace(age_s: number): Partial<CallRecord>[] {
  const turn = ++spans
  const ts = Date.now() * 1000 - age_s * SECOND
  const hop = (at: number, source: string, destination: string, more: Partial<CallRecord> = {}) =>
    bothSides(
      {
        ts: ts + at * 1000,
        trace_id: traceId(turn),
        span_id: spanId(turn * 10 + at),
        parent_span_id: at === 1 ? '' : spanId(turn * 10 + at - 1),
        source,
        destination,
        duration_us: 50_000 - at * 10_000,
        source_zone: 'eu',
        destination_zone: at === 3 ? 'us' : 'eu',
        ...more,
      },
      400,
    )
  return [
    ...hop(1, 'user', 'shop.web'),
    ...hop(2, 'shop.web', 'shop.cart'),
    ...hop(3, 'shop.cart', 'pay', { outcome: turn % 5 === 0 ? 'timeout' : 'ok' }),
  ]
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-ui-real-'))
  store = await openTestStore()
  await insertCalls(store, Array.from({ length: 120 }, (_, index) => trace(2 + index * 2)).flat())
  const [opened] = await Promise.all([openBrowser(), buildUi({ outdir: join(folder, 'ui') })])
  browser = opened
  served = await serveApi(store, {
    assets: join(folder, 'ui'),
    now: () => Date.now() * 1000,
    onCalls: (listener) => {
      arrived = listener
      return () => {}
    },
  })
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

const nodes = (count: number) =>
  page.waitForFunction((wanted) => document.querySelectorAll('[data-node]').length === wanted, count)

test('live deltas, groups, find, proven paths and a replay come from the API as they are', async () => {
  const deltas = page.waitForEvent('request', (request) => request.url().includes('deltas=1'))
  await page.goto(`${served.url}/map`)
  await deltas
  await nodes(4)
  await page.locator('#find').fill('zone = us and failing')
  await nodes(2)
  await page.locator('#find').fill('')
  await page.getByRole('button', { name: 'Group', exact: true }).click()
  await page.getByRole('button', { name: 'Namespace', exact: true }).click()
  await nodes(3)
  await page.getByRole('button', { name: 'Every service by itself' }).click()
  await nodes(4)
  await insertCalls(
    store,
    bothSides(
      {
        ts: Date.now() * 1000,
        source: 'pay',
        destination: 'bank',
        trace_id: traceId(9_999),
        span_id: spanId(99_990),
      },
      400,
    ),
  )
  arrived?.([], 2)
  await nodes(5)
  await page.goto(`${served.url}/map?service=shop.cart&paths=1`)
  await page.getByText(/^Proven by 120 traces of this window/).waitFor()
  expect(await page.locator('.path-names').allTextContents()).toEqual(['user → shop.web → shop.cart → pay'])
  await page.keyboard.press('Escape')
  await page.keyboard.press('r')
  await page.locator('.scrubber-bars').waitFor()
  const hand = page.getByLabel('Moment of the replay')
  await hand.fill(String(Number(await hand.getAttribute('max')) - 3))
  await page.locator('[data-node="shop.web"]').waitFor()
  expect(await hand.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d, [0-9.]+\/s, [0-9.]+ % failing$/)
  expect(complaints).toEqual([])
})
