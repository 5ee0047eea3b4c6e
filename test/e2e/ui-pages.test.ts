import { readFile } from 'node:fs/promises'
import { LONG_TRACE } from '../support/fake-api.ts'
import { shop } from '../support/fake-graph.ts'
import { UiBench, until } from '../support/ui-page.ts'

const bench = UiBench.forFile()

const TRACE = 'ab'.repeat(16)

test('the calls page shows the rows of the API, older ones on request, and details on click', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/calls`)
  const rows = visit.page.locator('.call-row')
  await rows.nth(99).waitFor()
  expect(await rows.count()).toBe(100)
  expect(await rows.first().getAttribute('data-call')).toBe(api.calls[0]!.id)
  await visit.page.getByRole('button', { name: 'Older calls' }).click()
  await rows.nth(199).waitFor()
  expect(await rows.nth(100).getAttribute('data-call')).toBe(api.calls[100]!.id)
  await rows.first().locator('.expand').click()
  await visit.page.getByText(api.calls[0]!.span_id).waitFor()
  await visit.page.locator('select[name="outcome"]').selectOption('failed')
  const failed = api.calls.filter((call) => ['server_error', 'timeout'].includes(call.outcome))
  await until(async () => (await rows.count()) === Math.min(failed.length, 100))
  expect(visit.page.url()).toContain('outcome=failed')
  await rows.first().locator('.trace-cell a').click()
  await visit.page.waitForURL(/\/trace\/[0-9a-f]{32}/)
})

test('the live tail shows every call sent, keeps them while paused, and counts what was skipped', async () => {
  const api = await bench.api(shop(), 5)
  const visit = await bench.visit(`${api.address}/calls?tail=1`)
  const rows = visit.page.locator('.call-row')
  await rows.nth(4).waitFor()
  await until(() => api.streams === 2)
  const made = api.emit(30)
  await rows.nth(34).waitFor()
  expect(await rows.first().getAttribute('data-call')).toBe(made[29]!.id)
  await visit.page.getByRole('button', { name: 'Pause', exact: true }).click()
  api.emit(7, 120)
  await visit.page.getByRole('button', { name: 'Resume, 7 waiting' }).waitFor()
  expect(await rows.count()).toBe(35)
  await visit.page.getByText('120 skipped').waitFor()
  await visit.page.getByRole('button', { name: 'Resume, 7 waiting' }).click()
  await rows.nth(41).waitFor()
})

test('the waterfall shows both sides, the network, gaps and the critical path', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/trace/${TRACE}`)
  const rows = visit.page.locator('.wf-row')
  await rows.first().waitFor()
  expect(await rows.count()).toBe(9)
  expect(await visit.page.locator('.wf-inner').count()).toBe(7)
  expect(await visit.page.locator('.wf-critical').count()).toBe(4)
  expect(await visit.page.getByText('caller not tapped').count()).toBe(1)
  expect(await visit.page.getByText('callee not tapped').count()).toBe(1)
  await visit.page.getByText('A hop is missing here').waitFor()
  const outer = (await visit.page.locator('.wf-outer').nth(5).boundingBox())!
  const inner = (await visit.page.locator('.wf-inner').nth(4).boundingBox())!
  expect(inner.x).toBeGreaterThanOrEqual(outer.x)
  expect(inner.x + inner.width).toBeLessThanOrEqual(outer.x + outer.width)
  await rows.nth(8).click()
  await visit.page.getByRole('heading', { name: 'payment → shipping.example' }).waitFor()
  await visit.page.getByText('shipping.example has no tap in front.').waitFor()
  expect(visit.page.url()).toContain('span=')
})

test('a long trace keeps only the rows near the window in the page; the keys go through it', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/trace/${LONG_TRACE}`)
  const rows = visit.page.locator('.wf-row')
  await rows.first().waitFor()
  expect(await rows.count()).toBeLessThan(100)
  await visit.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
  await visit.page.getByText('worker-2999').waitFor()
  expect(await rows.count()).toBeLessThan(100)
  const last = visit.page.locator('.wf-row', { hasText: 'worker-2999' })
  await last.focus()
  await visit.page.keyboard.press('ArrowUp')
  await visit.page.keyboard.press('Enter')
  await visit.page.getByRole('heading', { name: 'web-api → worker-2998' }).waitFor()
  await visit.page.getByRole('button', { name: 'Failed', exact: true }).click()
  await visit.page.getByText('No call of this trace is like that.').waitFor()
  expect(visit.page.url()).toContain('show=failed')
})

test('services and edges as tables are the twin of the map: sorted, found, hidden, saved', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/services`)
  const services = visit.page.getByRole('region', { name: 'Services' })
  const edges = visit.page.getByRole('region', { name: 'Edges' })
  const names = services.locator('tbody td:first-child')
  await names.first().waitFor()
  expect((await names.allTextContents()).sort()).toEqual(
    shop()
      .services.map((it) => it.id)
      .sort(),
  )
  expect(await edges.locator('tbody tr').count()).toBe(shop().links.length)
  await services.getByRole('button', { name: 'Errors' }).click()
  expect(await names.first().textContent()).toBe('shipping.example')
  expect(visit.page.url()).toContain('sort=-errors')
  await visit.page.keyboard.press('/')
  await visit.page.keyboard.type('cart')
  await until(async () => (await names.count()) === 1)
  const of_cart = shop().links.filter((link) => [link.source, link.destination].includes('cart'))
  expect(await edges.locator('tbody tr').count()).toBe(of_cart.length)
  const saved = visit.page.waitForEvent('download')
  await visit.page.getByRole('button', { name: 'Save as CSV' }).last().click()
  const text = await readFile((await (await saved).path())!, 'utf8')
  expect(text.trim().split('\r\n')).toHaveLength(of_cart.length + 1)
  await visit.page.getByRole('button', { name: 'Clear', exact: true }).click()
  await services.getByRole('link', { name: 'shipping.example' }).click()
  await visit.page.waitForURL(/\/service\/shipping\.example/)
  await visit.page.getByRole('heading', { name: 'shipping.example' }).waitFor()
  await visit.page.getByText('No tap in front of it').waitFor()
})

test('status names the tap that dropped rows; set-up ticks what works', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/status`)
  await visit.page.getByText('12 (overflow)').waitFor()
  await visit.page.locator('[data-verdict="findings"]').getByText('dropped 12 rows').waitFor()
  await visit.page.getByRole('region', { name: 'Tables' }).getByText('for good').waitFor()
  await visit.page.goto(`${api.address}/setup`)
  await visit.page.getByRole('heading', { name: 'Calls arrive' }).waitFor()
  expect(await visit.page.locator('[data-check="done"]').count()).toBe(7)
})

test.each(['/map', '/services', '/calls'])('empty and broken states are told apart on %s', async (path) => {
  const api = await bench.api({ services: [], links: [] })
  const visit = await bench.visit(`${api.address}${path}`)
  const kind = (name: string) => visit.page.locator(`[data-empty="${name}"]`).waitFor()
  await kind('no-tap')
  await visit.page.getByText(/tapmesh.mjs tap --service orders --listen 8080/).waitFor()
  api.tapped = ['orders']
  await visit.page.reload()
  await kind('no-calls')
  api.newest = '2026-08-01T10:00:00.000Z'
  await visit.page.reload()
  await kind('outside')
  api.store_error = 'disk full'
  await visit.page.reload()
  await kind('store')
  await visit.page.getByText('disk full').waitFor()
  api.failure = {
    status: 503,
    code: 'TAPMESH_STORE_UNAVAILABLE',
    message: 'the store is starting',
    hint: 'Wait.',
  }
  await visit.page.goto(`${api.address}${path}?range=1h`)
  await visit.page.getByText('TAPMESH_STORE_UNAVAILABLE').waitFor()
  api.failure = null
  api.store_error = null
  await visit.page.getByRole('button', { name: 'Try again' }).click()
  await kind('outside')
})

test('an outage leaves the picture with a banner, and ends by itself', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/map`)
  await visit.waitForNodes(shop().services.length)
  const before = await visit.places()
  api.failure = { status: 503, code: 'TAPMESH_STORE_UNAVAILABLE', message: 'away', hint: '' }
  api.cut()
  await visit.page.getByText('Disconnected.').waitFor()
  expect(await visit.places()).toEqual(before)
  api.failure = null
  await visit.page.getByText('Disconnected.').waitFor({ state: 'detached' })
  expect(await visit.places()).toEqual(before)
})

test('a service or an edge without calls in the window says so, and offers wider ones', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/service/nobody`)
  await visit.page.locator('[data-empty="outside"]').waitFor()
  await visit.page.getByRole('button', { name: 'Last 24 hours' }).click()
  await visit.page.waitForURL(/range=24h/)
  await visit.page.goto(`${api.address}/edge/cart/nobody`)
  await visit.page.getByText('cart → nobody had no calls').waitFor()
})

test('what cannot be renewed stays, with its age and the reason', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/service/cart?range=15m`)
  await visit.page.locator('[data-signals]').waitFor()
  api.failure = { status: 503, code: 'TAPMESH_STORE_UNAVAILABLE', message: 'the store is away', hint: '' }
  await visit.page.locator('[data-stale="true"]').getByText('the store is away').waitFor()
  expect(await visit.page.locator('[data-signals]').count()).toBe(1)
  api.failure = null
  await visit.page.locator('.stale-note').waitFor({ state: 'detached' })
})

test('a row of calls gives its curl command, its outcome at one click, and its time by dragging', async () => {
  const api = await bench.api(shop(), 60)
  const visit = await bench.visit(`${api.address}/calls?range=6h`)
  await visit.page.locator('.calls-bars[data-rows="60"]').waitFor()
  await visit.page.getByRole('button', { name: 'Failed', exact: true }).click()
  await visit.page.waitForURL(/outcome=failed/)
  await visit.page.getByRole('button', { name: 'All', exact: true }).click()
  await visit.page.locator('.calls-bars svg').hover()
  const bars = (await visit.page.locator('.calls-bars svg').boundingBox())!
  await visit.page.mouse.move(bars.x + bars.width * 0.75, bars.y + 20)
  await visit.page.mouse.down()
  await visit.page.mouse.move(bars.x + bars.width * 0.95, bars.y + 20)
  await visit.page.mouse.up()
  await visit.page.waitForURL(/from=.*to=/)
  await visit.page.locator('.same-view summary').click()
  await visit.page.getByText(/tapmesh.mjs calls --from 2/).waitFor()
})

test('a page is printed in the light theme, without what only a screen can use', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/service/cart`, 'dark')
  await visit.page.locator('[data-signals]').waitFor()
  const colour = () =>
    visit.page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--text').trim())
  expect(await colour()).toBe('#e9ecf1')
  await visit.page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  expect(await colour()).toBe('#171b22')
  expect(await visit.page.getByRole('button', { name: 'Live' }).isVisible()).toBe(false)
  expect(await visit.page.locator('[data-signals]').isVisible()).toBe(true)
})
