import { manyServices, shop } from '../support/fake-graph.ts'
import type { Visit } from '../support/ui-page.ts'
import { UiBench, until } from '../support/ui-page.ts'

const bench = UiBench.forFile()

const NODES = shop().services.length

async function open(query = ''): Promise<Visit> {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/map${query}`)
  return visit
}

const faded = (visit: Visit) =>
  visit.page.$$eval('g.node.far', (all) => all.map((it) => it.getAttribute('data-node')).sort())

test('a comparison finds what it says, a mistake is underlined where it stands and hides nothing', async () => {
  const visit = await open()
  await visit.waitForNodes(NODES)
  const box = visit.page.locator('#find')
  await box.fill('p95 > 400ms and not idle')
  await visit.waitForNodes(2)
  expect(Object.keys(await visit.places()).sort()).toEqual(['payment', 'shipping.example'])
  await box.fill('rps > 1 and p59 > 1')
  await visit.page.getByText('there is no field p59; did you mean p50?').waitFor()
  expect(await visit.page.locator('.find-mirror u').textContent()).toBe('p59')
  expect(await box.getAttribute('aria-invalid')).toBe('true')
  await visit.waitForNodes(NODES)
  await box.fill('untaped')
  await visit.page.getByRole('button', { name: 'untapped', exact: true }).click()
  await visit.waitForNodes(6)
  expect(visit.complaints).toEqual([])
})

test('hide takes services away, nothing else moves, and Escape brings them back', async () => {
  const visit = await open()
  await visit.waitForNodes(NODES)
  const before = await visit.places()
  await visit.page.keyboard.press('h')
  await visit.page.locator('#hide:focus').waitFor()
  await visit.page.keyboard.type('name contains pay or idle')
  await visit.waitForNodes(NODES - 3)
  const { payment, load, 'nightly-report': report, ...others } = before
  expect(await visit.places()).toEqual(others)
  expect([payment, load, report].every(Boolean)).toBe(true)
  expect(visit.page.url()).toContain('hide=')
  await visit.page.keyboard.press('Escape')
  await visit.page.keyboard.press('Escape')
  await visit.waitForNodes(NODES)
  expect(await visit.places()).toEqual(before)
})

test('hiding everything says so and offers the way back', async () => {
  const visit = await open('?hide=not%20name%20contains%20nothing')
  await visit.page.locator('[data-empty="hidden"]').waitFor()
  await visit.page.getByRole('button', { name: 'Clear the filter' }).click()
  await visit.waitForNodes(NODES)
})

test('new and gone are held against the window before, and what is gone is drawn as silent', async () => {
  const api = await bench.api(shop())
  const graph = api.graph.bind(api)
  api.graph = (query) => {
    const answer = graph(query)
    const is_before = query?.get('to')?.endsWith('Z') === true
    const without = is_before ? 'cart' : 'pricing'
    return {
      ...answer,
      nodes: answer.nodes.filter((node) => node.id !== without),
      edges: answer.edges.filter((edge) => edge.source !== without && edge.destination !== without),
    }
  }
  const visit = await bench.visit(`${api.address}/map?find=new`)
  await visit.page.locator('[data-node="cart"]:not(.dim)').waitFor()
  await visit.page.locator('#find').fill('gone')
  await visit.page.locator('[data-node="pricing"]:not(.dim)').waitFor()
  expect(await visit.page.locator('[data-node="pricing"]').getAttribute('class')).toContain('is-idle')
})

test('focus fades what is further away, by hops and direction, and the link keeps it', async () => {
  const visit = await open()
  await visit.waitForNodes(NODES)
  const before = await visit.places()
  await visit.page.locator('[data-node="cart"] .node-hit').focus()
  await visit.page.keyboard.press('f')
  await visit.page.getByText('Around cart').waitFor()
  const outside = (near: string[]) =>
    shop()
      .services.map((it) => it.id)
      .filter((id) => !near.includes(id))
      .sort()
  expect(await faded(visit)).toEqual(outside(['cart', 'web-api', 'payment', 'inventory']))
  await visit.page.getByLabel('Direction').selectOption('callers')
  await visit.page.getByLabel('Hops around it').fill('2')
  await until(async () => (await faded(visit)).length === NODES - 3)
  expect(await faded(visit)).toEqual(outside(['cart', 'web-api', 'load']))
  expect(await visit.places()).toEqual(before)
  await visit.page.reload()
  await visit.waitForNodes(NODES)
  expect(await faded(visit)).toHaveLength(NODES - 3)
  await visit.page.getByRole('button', { name: 'Clear' }).click()
  await until(async () => (await faded(visit)).length === 0)
})

test('only paths that traces prove are lit, and it says how many traces', async () => {
  const visit = await open('?service=cart')
  await visit.page.getByRole('button', { name: /Proven paths/ }).click()
  await visit.page.getByText(/^Proven by 40 traces of this window; 2 of them miss a hop/).waitFor()
  const lit = await visit.page.$$eval('g.edge.lit', (all) =>
    all.map((it) => `${it.getAttribute('data-source')}>${it.getAttribute('data-destination')}`).sort(),
  )
  expect(lit).toEqual(['cart>payment', 'load>web-api', 'payment>shipping.example', 'web-api>cart'])
  const api = await bench.api({ services: shop().services, links: [] })
  const other = await bench.visit(`${api.address}/map?service=cart&paths=1`)
  await other.page.getByText('Edges alone prove none.').waitFor()
})

test('a view is saved by name in this browser and comes back', async () => {
  const visit = await open('?find=cart&labels=errors')
  await visit.waitForNodes(4)
  await visit.page.getByRole('button', { name: 'Views' }).click()
  await visit.page.getByLabel('Name for what you see').fill('<b>carts</b>')
  await visit.page.keyboard.press('Enter')
  await visit.page.locator('#find').fill('')
  await visit.waitForNodes(NODES)
  await visit.page.reload()
  await visit.page.getByRole('button', { name: 'Views' }).click()
  await visit.page.getByRole('button', { name: '<b>carts</b>', exact: true }).click()
  await visit.waitForNodes(4)
  expect(visit.page.url()).toContain('labels=errors')
})

/** A hundred and sixty services in eight namespaces. */
function spaces() {
  const shape = manyServices(160)
  const named = (id: string) => `ns${[...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 8}.${id}`
  for (const it of shape.services) it.id = named(it.id)
  for (const link of shape.links) {
    link.source = named(link.source)
    link.destination = named(link.destination)
  }
  return shape
}

test('more than 150 services close to groups by themselves; a group opens and closes, others stay', async () => {
  const shape = spaces()
  const api = await bench.api(shape)
  const visit = await bench.visit(`${api.address}/map`)
  await visit.page.getByText(/^Namespace groups are drawn as one box/).waitFor()
  await visit.waitForNodes(8)
  await visit.page.locator('[data-node="namespace: ns3"]').click()
  await visit.page.getByRole('heading', { name: 'ns3', exact: true }).waitFor()
  const members = shape.services.filter((it) => it.id.startsWith('ns3.')).length
  await visit.page.getByText(`${members} services, drawn as one box`).waitFor()
  await visit.page.getByRole('button', { name: 'Open the group' }).click()
  await visit.waitForNodes(7 + members)
  expect(visit.page.url()).toContain('open=ns3')
  await visit.page.getByRole('button', { name: 'Namespace', exact: true }).click()
  const opened = await visit.places()
  await visit.page.getByLabel('ns3', { exact: true }).check()
  await visit.waitForNodes(8)
  const closed = await visit.places()
  for (const [id, place] of Object.entries(closed))
    if (opened[id]) expect([id, place]).toEqual([id, opened[id]])
  await visit.page.getByRole('button', { name: 'Every service by itself' }).click()
  await visit.page.locator('.node-list [data-node]').nth(159).waitFor({ state: 'attached' })
  expect(visit.complaints).toEqual([])
})
