import { bringAxe, faults } from '../support/accessibility.ts'
import type { Shape } from '../support/fake-graph.ts'
import { manyServices, shop } from '../support/fake-graph.ts'
import type { Visit } from '../support/ui-page.ts'
import { UiBench } from '../support/ui-page.ts'

const bench = UiBench.forFile()

const PAGES = [
  ['/map', '[data-node]'],
  ['/map?service=cart', '[data-signals]'],
  ['/map?source=cart&destination=payment', '[data-signals]'],
  ['/services', 'tbody tr'],
  ['/service/cart', '[data-signals]'],
  ['/edge/cart/payment', '[data-signals]'],
  ['/calls', '.call-row'],
  [`/trace/${'ab'.repeat(16)}`, '.wf-row'],
  [`/trace/${'ab'.repeat(16)}?span=aaaaaaaaaaaaaaa3&show=critical`, '.span-detail'],
  ['/services?find=cart&sort=-errors', 'tbody tr'],
  ['/calls?tail=1&outcome=failed', '.calls-bars[data-rows], [data-empty]'],
  ['/status', 'tbody tr'],
  ['/setup', '.check'],
] as const

test('every page is accessible in both themes, quiet, and asks nobody else', async () => {
  const api = await bench.api(shop(), 6)
  const visit = await bench.visit(`${api.address}/map`)
  await bringAxe(visit)
  for (const [path, ready] of PAGES) {
    await visit.page.goto(`${api.address}${path}`)
    await visit.page.locator(ready).first().waitFor()
    expect([path, ...(await faults(visit, { resultTypes: ['violations'] }))]).toEqual([path])
    await visit.page.emulateMedia({ colorScheme: 'dark' })
    expect([path, 'dark', ...(await faults(visit, { runOnly: ['color-contrast'] }))]).toEqual([path, 'dark'])
    await visit.page.emulateMedia({ colorScheme: 'light' })
  }
  expect(visit.complaints).toEqual([])
  expect(visit.foreign).toEqual([])
})

const EVIL = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "';alert(3);//",
  '__proto__',
  'javascript:alert(4)',
  '../../etc/passwd',
  'a%2Fb?c#d',
  '\u202eevil\u202c-\u05d0\u05d1\u05d2',
  '🦊🛒 ünïcode',
  'x'.repeat(5000),
]

function evilShape(): Shape {
  return {
    services: EVIL.map((id) => ({ id, kind: 'service', tapped: true, zones: [id], versions: [id] })),
    links: EVIL.slice(1).map((id) => ({
      source: EVIL[0]!,
      destination: id,
      rate: 4,
      errors: 0.2,
      p50_us: 900,
    })),
  }
}

const PAGES_OF_NAMES = [
  '/services',
  '/calls',
  '/setup',
  '/status',
  `/service/${encodeURIComponent(EVIL[0]!)}`,
  `/service/${encodeURIComponent('x'.repeat(5000))}`,
  `/edge/${encodeURIComponent(EVIL[0]!)}/${encodeURIComponent('x'.repeat(5000))}`,
]

/** Pixels that the page is wider than the window. */
const sideways = (visit: Visit): Promise<number> =>
  visit.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

test('names that are markup, script or paths stay text on every page', async () => {
  const api = await bench.api(evilShape())
  for (const call of api.calls) call.path = `${EVIL[1]!}${'/y'.repeat(2500)}`
  const visit = await bench.visit(`${api.address}/map`)
  await visit.waitForNodes(EVIL.length)
  for (const id of EVIL.slice(0, 4)) {
    await visit.page.goto(`${api.address}/service/${encodeURIComponent(id)}`)
    await visit.page.getByRole('heading', { name: id, exact: true }).waitFor()
    await visit.page.locator('[data-signals], .note').first().waitFor()
  }
  await visit.page.goto(`${api.address}/edge/${encodeURIComponent(EVIL[0]!)}/${encodeURIComponent(EVIL[9]!)}`)
  await visit.page.locator('[data-signals]').waitFor()
  for (const [at, path] of PAGES_OF_NAMES.entries()) {
    await visit.page.goto(`${api.address}${path}`)
    await visit.page.locator('tbody tr, [data-signals], .check').first().waitFor()
    expect([at, await sideways(visit)]).toEqual([at, 0])
  }
  await visit.page.goto(`${api.address}/calls`)
  await visit.page.locator('.call-row').first().waitFor()
  expect(await visit.page.locator('.call-row .path').first().textContent()).toContain(EVIL[1])
  await visit.page.goto(`${api.address}/services`)
  await visit.page.getByText(EVIL[0]!, { exact: true }).first().waitFor()
  expect(await visit.page.locator('img').count()).toBe(0)
  expect(visit.complaints).toEqual([])
})

test('a hundred services fit the screen without overlap', async () => {
  const api = await bench.api(manyServices(100))
  const visit = await bench.visit(`${api.address}/map`)
  await visit.waitForNodes(100)
  const boxes = await visit.page.$$eval('.node-box', (all) =>
    all.map((it) => it.getBoundingClientRect().toJSON()),
  )
  const area = (await visit.page.locator('svg.map').boundingBox())!
  for (const box of boxes) {
    expect(box.left).toBeGreaterThanOrEqual(area.x)
    expect(box.bottom).toBeLessThanOrEqual(area.y + area.height)
  }
  const overlaps = boxes.filter((one, at) =>
    boxes.some(
      (other, index) =>
        index > at &&
        one.left < other.right &&
        other.left < one.right &&
        one.top < other.bottom &&
        other.top < one.bottom,
    ),
  )
  expect(overlaps).toEqual([])
})
