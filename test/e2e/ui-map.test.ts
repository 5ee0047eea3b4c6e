import { addService, shop } from '../support/fake-graph.ts'
import { UiBench, until } from '../support/ui-page.ts'

const bench = UiBench.forFile()

const NODES = shop().services.length
const EDGES = shop().links.length

test('draws every service and every edge', async () => {
  const { visit } = await bench.map(shop())
  expect(await visit.page.locator('g.edge').count()).toBe(EDGES)
  expect(await visit.page.locator('[data-node="cart"] [role="button"]').getAttribute('aria-label')).toMatch(
    /^cart, service, healthy: [0-9.]+\/s, .+ failing, p95 .+ ms$/,
  )
  expect(visit.complaints).toEqual([])
})

test('new numbers and a new edge move nothing; a new service is the only one placed', async () => {
  const { api, visit } = await bench.map(shop())
  const before = await visit.places()
  const label = visit.page.locator('[data-node="pricing"] .node-stats')
  const shown = await label.textContent()
  for (let turn = 0; turn < 20; turn++) api.push()
  await visit.page.waitForFunction(
    (old) => document.querySelector('[data-node="pricing"] .node-stats')?.textContent !== old,
    shown,
  )
  expect(await visit.places()).toEqual(before)
  api.push((shape) =>
    shape.links.push({ source: 'pricing', destination: 'cart', rate: 3, errors: 0, p50_us: 900 }),
  )
  await visit.page.waitForSelector('g.edge[data-source="pricing"][data-destination="cart"]', {
    state: 'attached',
  })
  expect(await visit.places()).toEqual(before)
  api.push((shape) => addService(shape, 'fraud', 'payment'))
  await visit.waitForNodes(NODES + 1)
  const { fraud, ...others } = await visit.places()
  expect(others).toEqual(before)
  expect(fraud).toBeDefined()
})

test('find, state words and only-problems leave what matches, and say when nothing does', async () => {
  const { visit } = await bench.map(shop())
  await visit.page.keyboard.press('/')
  await visit.page.keyboard.type('payment')
  await visit.waitForNodes(4)
  await visit.page.locator('#find').fill('untapped')
  await visit.waitForNodes(3 + 3)
  await visit.page.locator('#find').fill('')
  await visit.page.getByRole('button', { name: /Only problems/ }).click()
  await visit.waitForNodes(3)
  expect(visit.page.url()).toContain('problems=1')
  await visit.page.locator('#find').fill('no such name')
  await visit.page.getByRole('button', { name: 'Clear the filter' }).click()
  await visit.waitForNodes(NODES)
})

test('arrow keys walk along edges, Enter opens the panel, Escape goes back', async () => {
  const { visit } = await bench.map(shop())
  const focused = () =>
    visit.page.evaluate(() => document.activeElement?.closest('[data-node]')?.getAttribute('data-node'))
  await visit.page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('load')
  await visit.page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('web-api')
  await visit.page.keyboard.press('ArrowRight')
  const third = await focused()
  expect(shop().links).toContainEqual(expect.objectContaining({ source: 'web-api', destination: third }))
  await visit.page.keyboard.press('ArrowLeft')
  expect(await focused()).toBe('web-api')
  await visit.page.keyboard.press('Enter')
  await visit.page.getByRole('heading', { name: 'web-api' }).waitFor()
  expect(visit.page.url()).toContain('service=web-api')
  await visit.page.keyboard.press('Escape')
  await visit.page.getByRole('heading', { name: 'Whole mesh' }).waitFor()
})

test('the tab key stops at one service and then leaves the map', async () => {
  const { visit } = await bench.map(shop())
  await visit.page.keyboard.press('ArrowRight')
  await visit.page.keyboard.press('ArrowRight')
  const stops = () =>
    visit.page.$$eval('.node-hit[tabindex="0"]', (all) =>
      all.map((it) => it.closest('g[data-node]')?.getAttribute('data-node')),
    )
  expect(await stops()).toEqual(['web-api'])
  await visit.page.keyboard.press('Tab')
  expect(await visit.page.evaluate(() => document.activeElement?.closest('svg.map'))).toBeNull()
})

test('the edge panel shows the figures of the API', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/map?range=1h&source=cart&destination=payment`)
  const tiles = visit.page.locator('[data-signals] .tile')
  await tiles.first().waitFor()
  const answer = await visit.page.evaluate(async () => {
    const response = await fetch('/api/v1/edges/cart/payment?from=now-1h&to=now')
    return response.json()
  })
  const [edge] = answer.edges
  const text = (await tiles.allTextContents()).join(' ').replaceAll('\u202f', '')
  expect(text).toContain(`${edge.calls} calls`)
  expect(text).toContain(`${edge.errors} failed`)
  expect(text).toContain(`p95${(edge.p95_us / 1000).toFixed(0)} ms`)
  const sides = await visit.page.locator('table[aria-label="Durations by side"] tbody tr').count()
  expect(sides).toBe(answer.sides.length)
  await visit.page.getByText(/^network .+\(\d+ %\)$/).waitFor()
})

test('a dragged node stays after a reload, and goes to the server where the token is known', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/map#token=${api.token}`)
  await visit.waitForNodes(NODES)
  expect(visit.page.url()).not.toContain('token')
  const box = (await visit.page.locator('[data-node="pricing"]').boundingBox())!
  await visit.page.mouse.move(box.x + 40, box.y + 20)
  await visit.page.mouse.down()
  await visit.page.mouse.move(box.x + 80, box.y - 120, { steps: 4 })
  await visit.page.getByText('Paused').waitFor()
  await visit.page.mouse.up()
  const places = await visit.places()
  await until(() => api.puts.length > 0)
  expect(Object.keys(api.positions)).toEqual(['pricing'])
  await visit.page.reload()
  await visit.waitForNodes(NODES)
  expect(await visit.places()).toEqual(places)
})

test('Tidy can be undone', async () => {
  const { visit } = await bench.map(shop())
  const before = await visit.places()
  const box = (await visit.page.locator('[data-node="cart"]').boundingBox())!
  await visit.page.mouse.move(box.x + 40, box.y + 20)
  await visit.page.mouse.down()
  await visit.page.mouse.move(box.x + 40, box.y - 160, { steps: 4 })
  await visit.page.mouse.up()
  const moved = await visit.places()
  expect(moved['cart']).not.toBe(before['cart'])
  await visit.page.getByRole('button', { name: 'Tidy', exact: true }).click()
  await until(async () => (await visit.places())['cart'] === before['cart'])
  await visit.page.getByRole('button', { name: 'Undo', exact: true }).click()
  await until(async () => (await visit.places())['cart'] === moved['cart'])
})

test('a link to a state shows that state again after a reload', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/map?range=15m&labels=errors&find=cart&service=cart`)
  await visit.waitForNodes(4)
  await visit.page.mouse.move(400, 700)
  await visit.page.mouse.wheel(0, -300)
  await visit.page.waitForURL(/at=/)
  const look = async () => ({
    url: visit.page.url(),
    places: await visit.places(),
    transform: await visit.page.locator('svg.map > g').getAttribute('transform'),
    find: await visit.page.locator('#find').inputValue(),
    labels: (await visit.page.locator('.edge-label').allTextContents()).every((text) => text.endsWith('%')),
    panel: await visit.page.locator('#panel h2').first().textContent(),
  })
  const before = await look()
  await visit.page.reload()
  await visit.waitForNodes(4)
  const rounded = (text: string | null) => text?.replace(/\d+\.\d+/g, (value) => Number(value).toFixed(1))
  const after = await look()
  expect({ ...after, transform: '' }).toEqual({ ...before, transform: '' })
  expect(rounded(after.transform)?.split('scale')[1]).toBe(rounded(before.transform)?.split('scale')[1])
})
