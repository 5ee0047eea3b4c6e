import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { CallRecord } from '../../model/call.ts'
import { durationText, rateText, shareText, wholeText } from '../../picture/format.ts'
import { buildUi } from '../../ui/build.mjs'
import { openBrowser } from '../support/browser.ts'
import { insertCalls, NOW, openTestStore, SECOND, type Served, serveApi, traceId } from '../support/mesh.ts'
import { record } from '../support/record.ts'
import { shopCalls } from '../support/shop-calls.ts'
import { until } from '../support/ui-page.ts'

/** What pages show against plain SQL over the calls, and the tail against the calls that were sent: real store, API, UI and browser. */

let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served
let browser: Browser
let page: Page
let folder: string
/** Takes nothing: a listener of the API takes two. */
const unheard = () => undefined
let send: (calls: readonly CallRecord[], skipped: number) => void = unheard

const FROM = '2026-09-21T13:58:20Z'
const TO = '2026-09-21T14:13:20Z'
const WINDOW = `from=${FROM}&to=${TO}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-values-'))
  store = await openTestStore()
  await insertCalls(store, shopCalls())
  const assets = join(folder, 'ui')
  await buildUi({ outdir: assets })
  served = await serveApi(store, {
    assets,
    onCalls: (listener) => {
      send = listener
      return () => {
        send = unheard
      }
    },
  })
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1400, height: 900 }, timezoneId: 'UTC' })
  page.setDefaultTimeout(10_000)
})

afterAll(async () => {
  await browser.close()
  await served.close()
  await store.remove()
  await rm(folder, { recursive: true, force: true })
})

interface Sums {
  calls: number
  errors: number
  request_bytes: number
  response_bytes: number
}

/** Counts over the calls themselves. @param where condition of the test's own */
async function sums(where: string): Promise<Sums> {
  const [row] = await store.read<Sums>(
    `SELECT count() AS calls, countIf(outcome IN ('server_error', 'timeout', 'reset', 'unfinished')) AS errors,
       sum(request_bytes) AS request_bytes, sum(response_bytes) AS response_bytes
     FROM tapmesh.calls WHERE ts >= toDateTime64('2026-09-21 13:58:20', 6, 'UTC') AND ${where}`,
  )
  return row!
}

/** Seconds from the first call there is to the end of the window: what rates are per. */
async function recordedSeconds(): Promise<number> {
  const [row] = await store.read<{ first_us: number }>(
    'SELECT toUnixTimestamp64Micro(min(ts)) AS first_us FROM tapmesh.calls',
  )
  return (NOW - row!.first_us) / SECOND
}

const tile = (name: string) => page.locator('.tile', { has: page.locator('dt', { hasText: name }) }).first()

/** The first number in a text, its thin spaces taken out. */
const numberIn = (text: string | null): number =>
  Number(/[\d\u202f]+/.exec(text ?? '')![0].replaceAll('\u202f', ''))

test('the figures of a service are those of its calls', async () => {
  const wanted = await sums("destination = 'cart' AND reporter = 'server'")
  await page.goto(`${served.url}/service/cart?${WINDOW}`)
  await tile('Rate').waitFor()
  expect(await tile('Rate').textContent()).toContain(`${wholeText(wanted.calls)} calls`)
  expect(await tile('Rate').textContent()).toContain(rateText(wanted.calls / (await recordedSeconds())))
  expect(await tile('Errors').textContent()).toContain(`${wholeText(wanted.errors)} failed`)
  expect(await tile('Errors').textContent()).toContain(shareText(wanted.errors / wanted.calls))
  const [route] = await page.getByRole('region', { name: 'Routes' }).locator('tbody tr').all()
  expect(numberIn(await route!.locator('td').nth(1).textContent())).toBe(wanted.calls)
  expect(numberIn(await route!.locator('td').nth(2).textContent())).toBe(wanted.errors)
  const statuses = await store.read<{ status: string; calls: number }>(
    `SELECT status, count() AS calls FROM tapmesh.calls WHERE destination = 'cart' AND reporter = 'server'
     GROUP BY status ORDER BY calls DESC`,
  )
  const shown = await page.locator('.statuses li').allInnerTexts()
  expect(shown.map((text) => text.split('\n').slice(0, 2))).toEqual(
    statuses.map(({ status, calls }) => [status, wholeText(calls)]),
  )
  const instances = await store.read<{ instance: string; calls: number }>(
    `SELECT destination_instance AS instance, count() AS calls FROM tapmesh.calls
     WHERE destination = 'cart' AND reporter = 'server' GROUP BY instance ORDER BY calls DESC, instance`,
  )
  const rows = await page.getByRole('table', { name: 'Instances' }).locator('tbody tr').all()
  expect(
    await Promise.all(rows.map(async (row) => numberIn(await row.locator('td').nth(2).textContent()))),
  ).toEqual(instances.map(({ calls }) => calls))
})

test('an edge shows what each side counted, and the median of the differences between them', async () => {
  const of = (reporter: string) =>
    sums(`source = 'web-api' AND destination = 'cart' AND reporter = '${reporter}'`)
  const [server, client] = [await of('server'), await of('client')]
  await page.goto(`${served.url}/edge/web-api/cart?${WINDOW}`)
  await tile('Rate').waitFor()
  expect(await tile('Rate').textContent()).toContain(`${wholeText(server.calls)} calls`)
  for (const [reporter, wanted] of [
    ['server', server],
    ['client', client],
  ] as const) {
    const cells = page.locator(`tr[data-side="${reporter}"] td`)
    expect(numberIn(await cells.nth(1).textContent())).toBe(wanted.calls)
    expect(numberIn(await cells.nth(2).textContent())).toBe(wanted.errors)
  }
  // Every call of this shop is 400 µs longer on the caller's side.
  expect(await page.locator('.network-words').textContent()).toContain(`network ${durationText(400)}`)
  const slowest = await store.read<{ duration_us: number }>(
    `SELECT duration_us FROM tapmesh.calls WHERE source = 'web-api' AND destination = 'cart'
       AND reporter = 'server' ORDER BY duration_us DESC LIMIT 3`,
  )
  const shown = await page.locator('[data-exemplars="slowest"] .row-number').allInnerTexts()
  expect(shown).toEqual(slowest.map(({ duration_us }) => durationText(duration_us)))
})

test('the calls page counts and lists the rows that match', async () => {
  const wanted = await sums("outcome = 'server_error'")
  await page.goto(`${served.url}/calls?outcome=failed&${WINDOW}`)
  await page.locator(`.calls-bars[data-rows="${wanted.calls}"]`).waitFor()
  await page.locator('.call-row').first().waitFor()
  expect(await page.locator('.call-row').count()).toBe(Math.min(100, wanted.calls))
})

test('the table of edges holds every edge with its calls', async () => {
  const edges = await store.read<{ source: string; destination: string; calls: number }>(
    `SELECT source, destination, countIf(reporter = 'server') AS server, countIf(reporter = 'client') AS client,
       if(server > 0, server, client) AS calls
     FROM tapmesh.calls GROUP BY source, destination ORDER BY source, destination`,
  )
  await page.goto(`${served.url}/services?${WINDOW}&edges=source`)
  const table = page.getByRole('region', { name: 'Edges' })
  await table.locator('tbody tr').first().waitFor()
  const shown = await table.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => {
      const cells = [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')
      return { source: cells[0], destination: cells[1], calls: Number(cells[9]!.replaceAll('\u202f', '')) }
    }),
  )
  const order = (row: { source?: string | undefined; destination?: string | undefined }) =>
    `${row.source} ${row.destination}`
  expect(shown.sort((a, b) => (order(a) < order(b) ? -1 : 1))).toEqual(
    edges
      .map(({ source, destination, calls }) => ({ source, destination, calls }))
      .sort((a, b) => (order(a) < order(b) ? -1 : 1)),
  )
})

test('the tail of an edge shows each call that was sent once, and none of another edge', async () => {
  await page.goto(`${served.url}/edge/web-api/cart?range=7d`)
  await page.locator('[data-tail="true"]').waitFor()
  // Until the stream stands, nobody listens to what is sent.
  await until(() => send.length === 2)
  const base = shopCalls().find(
    ({ source, destination, reporter }) =>
      source === 'web-api' && destination === 'cart' && reporter === 'server',
  )!
  const sent = Array.from({ length: 7 }, (_, at): CallRecord => {
    const id = (900_000 + at).toString(16).padStart(16, '0')
    return {
      ...record(base),
      span_id: id,
      trace_id: traceId(900_000 + at),
      ts: NOW + at * SECOND,
      path: `/sent/${at}`,
    }
  })
  send([...sent, { ...sent[0]!, destination: 'other' }, { ...sent[0]!, reporter: 'client' }], 0)
  await page.getByText('/sent/6').waitFor()
  const paths = await page.locator('[data-tail] .calls-short .row-name').allInnerTexts()
  const own = paths.filter((text) => text.includes('/sent/')).map((text) => text.replace('GET ', ''))
  expect(own).toEqual(['/sent/6', '/sent/5', '/sent/4', '/sent/3', '/sent/2', '/sent/1', '/sent/0'])
})
