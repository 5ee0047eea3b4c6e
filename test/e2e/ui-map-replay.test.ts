import { readFile } from 'node:fs/promises'
import { shop } from '../support/fake-graph.ts'
import { FAKE_STEPS, seriesAnswer } from '../support/fake-over-time.ts'
import type { Visit } from '../support/ui-page.ts'
import { UiBench, until } from '../support/ui-page.ts'

const bench = UiBench.forFile()

const NODES = shop().services.length

test('a replay asks once, shows every step, and holds the layout still', async () => {
  const { visit } = await bench.map(shop())
  const before = await visit.places()
  const asked: string[] = []
  visit.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await visit.page.keyboard.press('r')
  await visit.page.locator('.scrubber-bars').waitFor()
  const hand = visit.page.getByLabel('Moment of the replay')
  const seen = new Set<string | null>()
  for (const step of [0, 7, 15, FAKE_STEPS - 1]) {
    await hand.fill(String(step))
    await until(async () => (await hand.getAttribute('aria-valuetext')) !== null)
    seen.add(await visit.page.locator('[data-node="pricing"] .node-stats').textContent())
    expect(await visit.places()).toEqual(before)
  }
  expect(seen.size).toBe(4)
  // The last edge fails in the second half only.
  const failing = () =>
    visit.page.locator('g.edge[data-source="inventory"][data-destination="pricing"]').getAttribute('class')
  expect(await failing()).toContain('is-bad')
  await hand.fill('0')
  await until(async () => !(await failing())!.includes('is-bad'))
  expect(asked.filter((path) => path === '/api/v1/graph/series')).toHaveLength(1)
})

test('it plays to the end and stops there; the link shows the same moment; Escape goes back to live', async () => {
  const { visit } = await bench.map(shop())
  await visit.page.keyboard.press('r')
  await visit.page.locator('.scrubber-bars').waitFor()
  await visit.page.getByLabel('Pictures a second').selectOption('10')
  await visit.page.getByLabel('Moment of the replay').fill(String(FAKE_STEPS - 4))
  await visit.page.getByRole('button', { name: 'Play' }).click()
  await until(
    async () => (await visit.page.getByLabel('Moment of the replay').inputValue()) === String(FAKE_STEPS - 1),
  )
  await visit.page.getByRole('button', { name: 'Play' }).waitFor()
  await visit.page.getByLabel('Moment of the replay').fill('9')
  const shown = await visit.page.locator('.scrubber-now').textContent()
  await visit.page.reload()
  await visit.page.locator('.scrubber-now').waitFor()
  expect(await visit.page.locator('.scrubber-now').textContent()).toBe(shown)
  await visit.page.locator('[data-node="cart"]').waitFor()
  await visit.page.keyboard.press('Escape')
  await visit.page.locator('.scrubber').waitFor({ state: 'detached' })
  expect(visit.page.url()).not.toContain('replay')
  expect(visit.complaints).toEqual([])
})

test('the sums of the series are those of its edges', () => {
  const answer = seriesAnswer(shop(), new Date(0), new Date(300_000))
  const sum = answer.edges.reduce((all, edge) => all + edge.calls[4]!, 0)
  expect(answer.total.calls[4]).toBe(sum)
})

/** The text of a file saved by a button of the share sheet. */
async function saved(visit: Visit, word: string): Promise<Buffer> {
  const [download] = await Promise.all([
    visit.page.waitForEvent('download'),
    visit.page.getByRole('button', { name: word, exact: true }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^tapmesh-[0-9TZ-]+\.\w{3,4}$/)
  return readFile((await download.path())!)
}

test('every export holds what is drawn and can be read again', async () => {
  const api = await bench.api(shop())
  const visit = await bench.visit(`${api.address}/map?hide=idle&range=1h`)
  await visit.waitForNodes(NODES - 2)
  await visit.page.getByRole('button', { name: 'Share' }).click()
  const svg = (await saved(visit, 'SVG')).toString()
  const read = await visit.page.evaluate((text) => {
    const page = new DOMParser().parseFromString(text, 'image/svg+xml')
    return {
      broken: page.querySelector('parsererror') !== null,
      titles: page.querySelectorAll('g > title').length,
    }
  }, svg)
  const json = JSON.parse((await saved(visit, 'JSON')).toString())
  expect(json.nodes).toHaveLength(NODES - 2)
  expect(read).toEqual({ broken: false, titles: json.nodes.length + json.edges.length })
  const png = await saved(visit, 'PNG')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect(png.readUInt32BE(16)).toBeGreaterThan(1000)
  const csv = (await saved(visit, 'CSV')).toString().trim().split('\r\n')
  expect(csv).toHaveLength(json.edges.length + 1)
  const dot = (await saved(visit, 'DOT')).toString()
  expect(dot.match(/ -> /g)).toHaveLength(json.edges.length)
  const mermaid = (await saved(visit, 'Mermaid')).toString()
  expect(mermaid).toMatch(/^flowchart LR\n/)
  expect(mermaid.match(/-->|-\.->/g)).toHaveLength(json.edges.length)
  await visit.page.getByText('tapmesh graph --from now-1h --hide idle --format mermaid').waitFor()
  expect(visit.complaints).toEqual([])
  expect(visit.foreign).toEqual([])
})

test('the command gives the same view, quoted for a shell', async () => {
  const api = await bench.api(shop())
  const query = new URLSearchParams({
    find: 'p95 > 1ms and not name contains "it\'s"',
    group: 'zone',
    open: 'eu-2',
    problems: '1',
  })
  const visit = await bench.visit(`${api.address}/map?${query}`)
  await visit.page.getByRole('button', { name: 'Share' }).click()
  const command = await visit.page.locator('.share .command code').textContent()
  expect(command).toBe(
    `tapmesh graph --from now-5m --find '(p95 > 1ms and not name contains "it'\\''s") and (failing or degraded)' --group zone --open eu-2 --format svg`,
  )
})
