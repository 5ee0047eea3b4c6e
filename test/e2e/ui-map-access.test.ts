import { bringAxe, faults } from '../support/accessibility.ts'
import { manyServices, shop } from '../support/fake-graph.ts'
import type { Visit } from '../support/ui-page.ts'
import { UiBench } from '../support/ui-page.ts'

/** Every state of the map by axe-core, in both themes. */
const bench = UiBench.forFile()

async function check(visit: Visit, name: string): Promise<void> {
  expect([name, ...(await faults(visit, { resultTypes: ['violations'] }))]).toEqual([name])
  await visit.page.emulateMedia({ colorScheme: 'dark' })
  expect([name, 'dark', ...(await faults(visit, { runOnly: ['color-contrast'] }))]).toEqual([name, 'dark'])
  await visit.page.emulateMedia({ colorScheme: 'light' })
}

const STATES = [
  ['/map?find=p59%20%3E%201&hide=idle', '.find-message'],
  ['/map?focus=cart&depth=2', '.focus-bar'],
  ['/map?group=zone', '.node-stack'],
  ['/map?group=zone&service=zone%3A%20eu-1', '.panel .rows'],
  ['/map?service=cart&paths=1', '.path-row'],
] as const

test('find, hide, focus, groups and paths', async () => {
  const api = await bench.api(shop(), 5)
  const visit = await bench.visit('about:blank')
  await bringAxe(visit)
  for (const [path, ready] of STATES) {
    await visit.page.goto(`${api.address}${path}`)
    await visit.page.locator(ready).first().waitFor({ state: 'attached' })
    await check(visit, path)
  }
  expect(visit.complaints).toEqual([])
})

test('replay, the menus, and the canvas with its list', async () => {
  const api = await bench.api(shop(), 5)
  const visit = await bench.visit('about:blank')
  await bringAxe(visit)
  await visit.page.goto(`${api.address}/map`)
  await visit.waitForNodes(shop().services.length)
  await visit.page.keyboard.press('r')
  await visit.page.locator('.scrubber-bars').waitFor()
  await check(visit, 'replay')
  await visit.page.keyboard.press('Escape')
  for (const [menu, ready] of [
    ['Group', '.choices'],
    ['Views', '.save-view'],
    ['Share', '.formats'],
  ] as const) {
    await visit.page.getByRole('button', { name: menu, exact: true }).click()
    await visit.page.locator(ready).waitFor()
    await check(visit, menu)
    await visit.page.keyboard.press('Escape')
  }
  const large = await bench.api(manyServices(300), 5)
  await visit.page.goto(`${large.address}/map`)
  await visit.page.locator('.node-list [data-node]').first().waitFor({ state: 'attached' })
  await check(visit, 'canvas')
  expect(visit.complaints).toEqual([])
  expect(visit.foreign).toEqual([])
})

test('at 640 pixels no sheet of the toolbar leaves the window, in a replay neither', async () => {
  const api = await bench.api(shop(), 5)
  const visit = await bench.visit('about:blank')
  await visit.page.setViewportSize({ width: 640, height: 800 })
  for (const query of ['', '?range=1h&labels=none']) {
    await visit.page.goto(`${api.address}/map${query}`)
    await visit.waitForNodes(shop().services.length)
    if (query !== '') await visit.page.keyboard.press('r')
    for (const menu of ['Group', 'Views', 'Share']) {
      const button = visit.page.getByRole('button', { name: menu, exact: true })
      await button.click()
      const sheet = (await visit.page.locator('.sheet').boundingBox())!
      expect([menu, sheet.x >= 0, sheet.x + sheet.width <= 640]).toEqual([menu, true, true])
      await button.click()
    }
  }
})
