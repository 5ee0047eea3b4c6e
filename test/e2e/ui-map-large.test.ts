import { manyServices } from '../support/fake-graph.ts'
import type { Visit } from '../support/ui-page.ts'
import { UiBench, until } from '../support/ui-page.ts'

/** Pictures too large for SVG: the canvas shows the same scene and keeps its list in step. */
const bench = UiBench.forFile()

const NODES = 300

async function open(query = ''): Promise<{ api: Awaited<ReturnType<UiBench['api']>>; visit: Visit }> {
  const api = await bench.api(manyServices(NODES), 5)
  const visit = await bench.visit(`${api.address}/map${query}`)
  await visit.page.locator('.map-board canvas').waitFor()
  await visit.waitForNodes(NODES)
  return { api, visit }
}

/** Share of the canvas that is painted, 0..1. */
const painted = (visit: Visit) =>
  visit.page.$eval('.map-board canvas', (element) => {
    const canvas = element as HTMLCanvasElement
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    let count = 0
    for (let at = 3; at < data.length; at += 4) if (data[at]! > 0) count++
    return (count * 4) / data.length
  })

/** Where a service is on the screen: its place in the picture, moved and scaled as it is drawn. */
async function spot(visit: Visit, id: string): Promise<{ x: number; y: number }> {
  const area = (await visit.page.locator('.map-board').boundingBox())!
  const [place, { x, y, k }] = [
    (await visit.places())[id]!.split(' ').map(Number),
    await visit.page.$eval('.map-board', (it) => {
      const { x, y, k } = (it as unknown as { __zoom: { x: number; y: number; k: number } }).__zoom
      return { x, y, k }
    }),
  ]
  return { x: area.x + place[0]! * k + x, y: area.y + place[1]! * k + y }
}

test('deltas and a new edge move nothing, and the keyboard works', async () => {
  const { api, visit } = await open()
  await until(async () => (await painted(visit)) > 0.02)
  const before = await visit.places()
  for (let turn = 0; turn < 5; turn++) api.push()
  api.push((shape) => {
    const [source, destination] = [shape.services[290]!.id, shape.services[3]!.id]
    shape.links.push({ source, destination, rate: 5, errors: 0, p50_us: 900 })
  })
  await visit.page.getByText('1201 edges').waitFor()
  expect(await visit.places()).toEqual(before)
  const [id] = Object.keys(before)
  await visit.page.locator(`[data-node="${id}"]`).focus()
  await visit.page.keyboard.press('ArrowRight')
  const next = await visit.page.evaluate(() => document.activeElement?.getAttribute('data-node'))
  expect(api.shape.links).toContainEqual(expect.objectContaining({ source: id, destination: next }))
  await visit.page.keyboard.press('Enter')
  await visit.page.getByRole('heading', { name: next!, exact: true }).waitFor()
  expect(visit.foreign).toEqual([])
})

test('a press on a box selects it, a drag moves it alone, and the ground pans', async () => {
  const { api, visit } = await open()
  const [id] = Object.keys(await visit.places())
  const at = await spot(visit, id!)
  await visit.page.mouse.click(at.x, at.y)
  await visit.page.getByRole('heading', { name: id!, exact: true }).waitFor()
  await visit.page.keyboard.press('Escape')
  const before = await visit.places()
  const from = await spot(visit, id!)
  await visit.page.mouse.move(from.x, from.y)
  await visit.page.mouse.down()
  await visit.page.mouse.move(from.x + 30, from.y + 40, { steps: 4 })
  await visit.page.mouse.up()
  await until(async () => (await visit.places())[id!] !== before[id!])
  const { [id!]: moved, ...others } = await visit.places()
  const { [id!]: old, ...still } = before
  expect(others).toEqual(still)
  expect(moved).not.toBe(old)
  const area = (await visit.page.locator('.map-board').boundingBox())!
  await visit.page.mouse.move(area.x + 300, area.y + area.height - 12)
  await visit.page.mouse.down()
  await visit.page.mouse.move(area.x + 360, area.y + area.height - 30, { steps: 4 })
  await visit.page.mouse.up()
  await visit.page.waitForURL(/at=/)
  const { [id!]: _moved, ...after } = await visit.places()
  expect(after).toEqual(still)
  expect(api.puts).toEqual([])
  expect(visit.complaints).toEqual([])
})

test('what find leaves is small enough for SVG again, and back', async () => {
  const { visit } = await open()
  await visit.page.locator('#find').fill('ledger-api')
  await visit.page.locator('svg.map [data-node]').first().waitFor()
  expect(await visit.page.locator('canvas').count()).toBe(0)
  await visit.page.locator('#find').fill('')
  await visit.page.locator('.map-board canvas').waitFor()
  await visit.waitForNodes(NODES)
})
