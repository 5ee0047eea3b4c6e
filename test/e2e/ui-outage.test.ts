import { shop } from '../support/fake-graph.ts'
import { UiBench, until, type Visit } from '../support/ui-page.ts'

/** A browser that is offline for ten minutes and comes back; the page's clock is turned by hand. */

const bench = UiBench.forFile()

const TEN_MINUTES = 600_000

/** Turns the page's clock on in small steps, so that answers can come between. */
async function pass(visit: Visit, ms: number): Promise<void> {
  const step = 5000
  for (let passed = 0; passed < ms; passed += step) await visit.page.clock.runFor(step)
}

test('a tail that was away for ten minutes comes back by itself and misses no call', async () => {
  const api = await bench.api(shop(), 20)
  const visit = await bench.visitByHand(`${api.address}/calls?tail=1`)
  const rows = visit.page.locator('.call-row')
  await rows.nth(19).waitFor()
  await until(() => api.streams === 2)
  let asked = 0
  visit.context.on('request', () => {
    asked++
  })
  await visit.context.setOffline(true)
  api.cut()
  await visit.page.getByText('Disconnected.').waitFor()
  await visit.page.getByText('The tail is disconnected').waitFor()
  await pass(visit, TEN_MINUTES)
  expect(await rows.count()).toBe(20)
  // Two streams, the graph and the bars, each at its wait: less than one request a second altogether.
  expect(asked).toBeGreaterThan(10)
  expect(asked).toBeLessThan(TEN_MINUTES / 1000)
  const missed = api.emit(30)
  await visit.context.setOffline(false)
  await until(async () => {
    await visit.page.clock.runFor(2000)
    return (await rows.count()) === 50
  })
  await visit.page.getByText('Disconnected.').waitFor({ state: 'detached' })
  expect(await rows.first().getAttribute('data-call')).toBe(missed[29]!.id)
  await until(() => api.streams === 2)
  api.emit(1)
  await rows.nth(50).waitFor()
})

test('a page of figures keeps them, says how old they are, and renews them', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visitByHand(`${api.address}/service/cart?range=15m`)
  const rate = visit.page.locator('.tile').first()
  await rate.waitFor()
  const before = await rate.textContent()
  await visit.context.setOffline(true)
  await pass(visit, TEN_MINUTES)
  await visit.page.locator('[data-stale="true"]').getByText('the API does not answer').waitFor()
  expect(await rate.textContent()).toBe(before)
  api.push((shape) => {
    for (const link of shape.links) link.rate *= 10
  })
  await visit.context.setOffline(false)
  await until(async () => {
    await visit.page.clock.runFor(2000)
    return (await rate.textContent()) !== before
  })
  expect(await visit.page.locator('.stale-note').count()).toBe(0)
})

test('a page that nobody looks at gives its connections back, and catches up when it is looked at', async () => {
  const api = await bench.api(shop(), 20)
  const visit = await bench.visitByHand(`${api.address}/calls?tail=1`)
  const rows = visit.page.locator('.call-row')
  await rows.nth(19).waitFor()
  await until(() => api.streams === 2)
  const look = (hidden: boolean) =>
    visit.page.evaluate((on) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => on })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await look(true)
  await pass(visit, 40_000)
  await until(() => api.streams === 0)
  api.emit(12)
  await look(false)
  await rows.nth(31).waitFor()
  await until(() => api.streams === 2)
  expect(await visit.page.getByText('Disconnected.').count()).toBe(0)
})
