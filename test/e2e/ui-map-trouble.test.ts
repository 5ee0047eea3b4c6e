import type { Shape } from '../support/fake-graph.ts'
import { addService, shop } from '../support/fake-graph.ts'
import type { Visit } from '../support/ui-page.ts'
import { UiBench, until } from '../support/ui-page.ts'

/** What goes wrong around a map: no network, strange names, two people at one node. */
const bench = UiBench.forFile()

const NODES = shop().services.length

test('offline for ten minutes: the picture and its age stay, then it goes on where it was', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visitByHand(`${api.address}/map`)
  await visit.waitForNodes(NODES)
  const before = await visit.places()
  api.failure = { status: 503, code: 'TAPMESH_STORE_UNAVAILABLE', message: 'away', hint: '' }
  api.cut()
  await visit.page.getByText('Disconnected.').waitFor()
  await visit.page.clock.runFor(600_000)
  await visit.page.getByText('The picture is 10 min old.').waitFor()
  expect(await visit.places()).toEqual(before)
  api.failure = null
  await visit.page.evaluate(() => window.dispatchEvent(new Event('online')))
  await visit.page.getByText('Disconnected.').waitFor({ state: 'detached' })
  api.push((shape) => addService(shape, 'fresh', 'cart'))
  await visit.waitForNodes(NODES + 1)
  const { fresh, ...others } = await visit.places()
  expect(others).toEqual(before)
  expect(fresh).toBeDefined()
})

test('while it is paused updates wait and are counted; resuming shows the newest', async () => {
  const { api, visit } = await bench.map(shop())
  await visit.page.getByRole('button', { name: 'Pause' }).click()
  const shown = await visit.page.locator('[data-node="pricing"] .node-stats').textContent()
  for (let turn = 0; turn < 3; turn++) api.push()
  await visit.page.getByText('Paused · 3 updates wait').waitFor()
  expect(await visit.page.locator('[data-node="pricing"] .node-stats').textContent()).toBe(shown)
  await visit.page.getByRole('button', { name: 'Resume' }).click()
  await visit.page.getByText('Paused').waitFor({ state: 'detached' })
  expect(await visit.page.locator('[data-node="pricing"] .node-stats').textContent()).not.toBe(shown)
})

const LONG = `long-${'x'.repeat(4995)}`
const STRANGE = [
  '<svg onload=alert(1)>',
  'خدمة الطلبات',
  '🛒🚀 cart',
  LONG,
  'a\u202egnp.exe',
  '" onclick="alert(2)',
]

function strangeShape(): Shape {
  return {
    services: STRANGE.map((id) => ({ id, kind: 'service', tapped: true, zones: ['<b>z</b>'], versions: [] })),
    links: STRANGE.slice(1).map((destination) => ({
      source: STRANGE[0]!,
      destination,
      rate: 4,
      errors: 0.2,
      p50_us: 900,
    })),
  }
}

test('markup, right-to-left text, emoji and 5,000 letters stay names inside their boxes', async () => {
  const api = await bench.api(strangeShape())
  const visit = await bench.visit(`${api.address}/map`)
  await visit.waitForNodes(STRANGE.length)
  const wide = await visit.page.$$eval(
    'g.node',
    (nodes) =>
      nodes.filter((node) => {
        const [box, name] = [node.querySelector('.node-box')!, node.querySelector('.node-name')!]
        return name.getBoundingClientRect().width > box.getBoundingClientRect().width
      }).length,
  )
  expect(wide).toBe(0)
  await visit.page.goto(`${api.address}/map?focus=${encodeURIComponent(LONG)}`)
  await visit.page.getByText(/^Around long-x+…$/).waitFor()
  const bar = (await visit.page.locator('.focus-bar').boundingBox())!
  const area = (await visit.page.locator('.map-area').boundingBox())!
  expect(bar.width).toBeLessThan(area.width)
  await visit.page.goto(`${api.address}/map?service=${encodeURIComponent(STRANGE[1]!)}&paths=1`)
  await visit.page.getByText(/^Proven by/).waitFor()
  await visit.page.locator('#find').fill('"🛒"')
  await visit.waitForNodes(2)
  expect(visit.complaints).toEqual([])
})

async function dragTo(visit: Visit, id: string, dx: number, dy: number): Promise<void> {
  const box = (await visit.page.locator(`[data-node="${id}"]`).boundingBox())!
  await visit.page.mouse.move(box.x + 40, box.y + 20)
  await visit.page.mouse.down()
  await visit.page.mouse.move(box.x + 40 + dx, box.y + 20 + dy, { steps: 4 })
  await visit.page.mouse.up()
}

test('two browsers that move the same node: the later one counts, and neither undoes the other elsewhere', async () => {
  const api = await bench.api(shop())
  const address = `${api.address}/map#token=${api.token}`
  const [one, two] = [await bench.visit(address), await bench.visit(address)]
  await one.waitForNodes(NODES)
  await two.waitForNodes(NODES)
  await dragTo(one, 'pricing', 0, 150)
  await dragTo(one, 'cart', 0, -150)
  await until(() => Object.keys(api.positions).length === 2)
  const [cart, first] = [api.positions['cart'], api.positions['pricing']]
  await dragTo(two, 'pricing', 0, -150)
  await until(() => api.positions['pricing']!.y !== first!.y)
  expect(api.positions['cart']).toEqual(cart)
  const { x, y } = api.positions['pricing']!
  const fresh = await bench.visit(`${api.address}/map`)
  await fresh.waitForNodes(NODES)
  expect((await fresh.places())['pricing']).toBe(`${x} ${y}`)
  expect((await fresh.places())['cart']).toBe(`${cart!.x} ${cart!.y}`)
  // The one who lost sees it too, though the link still says what was done there.
  await one.page.goto(`${api.address}/map?find=`)
  await one.waitForNodes(NODES)
  expect((await one.places())['pricing']).toBe(`${x} ${y}`)
})

test('a drag is in the link, so that another browser without a token shows the same', async () => {
  const { api, visit: one } = await bench.map(shop())
  await dragTo(one, 'pricing', 0, 120)
  await one.page.waitForURL(/moved=pricing/)
  const places = await one.places()
  const two = await bench.visit(one.page.url())
  await two.waitForNodes(NODES)
  expect(Number((await two.places())['pricing']!.split(' ')[1])).toBeCloseTo(
    Number(places['pricing']!.split(' ')[1]),
    0,
  )
  await two.page.goto(
    `${api.address}/map?moved=cart:1e99:0,%25E0%25A4:5:5,web-api,x:1:2,${'a:1:1,'.repeat(2000)}`,
  )
  await two.waitForNodes(NODES)
  expect(two.complaints).toEqual([])
})

test('a picture whose newest call is old says that it is stale', async () => {
  const api = await bench.api(shop())
  const graph = api.graph.bind(api)
  api.graph = (query) => {
    const answer = graph(query)
    return { ...answer, coverage: { ...answer.coverage, freshness_s: 3600 } }
  }
  const visit = await bench.visit(`${api.address}/map`)
  await visit.page.locator('[data-stale="true"]').waitFor()
  await visit.page.getByText('newest call 60 min ago').waitFor()
})

test('what gets worse or better is said, and not more often than every five seconds', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visitByHand(`${api.address}/map`)
  await visit.waitForNodes(NODES)
  const spoken = visit.page.locator('[data-spoken]')
  await visit.page.clock.runFor(5000)
  expect(await spoken.textContent()).toBe('')
  api.push((shape) => {
    for (const link of shape.links) if (link.destination === 'pricing') link.errors = 0.3
  })
  await visit.page.locator('[data-node="pricing"].is-bad').waitFor()
  expect(await spoken.textContent()).toBe('')
  await visit.page.clock.runFor(5000)
  await visit.page.getByText('pricing is failing').waitFor({ state: 'attached' })
  expect(await spoken.textContent()).toBe('pricing is failing')
})

test('a page whose file cannot be had says so, and the map goes on', async () => {
  const { visit } = await bench.map(shop())
  await visit.page.route('**/assets/status-*.js', (route) => route.abort())
  await visit.page.getByRole('link', { name: 'Status' }).click()
  await visit.page.getByText('This part of the page could not be loaded').waitFor()
  await visit.page.getByRole('button', { name: 'Load the page again' }).waitFor()
  await visit.page.getByRole('link', { name: 'Map', exact: true }).click()
  await visit.waitForNodes(NODES)
  await visit.page.unroute('**/assets/status-*.js')
  await visit.page.getByRole('link', { name: 'Status' }).click()
  await visit.page.getByText('12 (overflow)').waitFor()
})
