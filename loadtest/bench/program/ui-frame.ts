/**
 * Opens the map in a real browser on a generated graph and prints one line of JSON: time until it is
 * painted, longest block of the page's main thread, CPU of a frame while it is panned, and the share
 * of a core that live updates cost beyond an idle page. CPU is that of the browser's whole process tree.
 *
 * Arguments: services, seconds of each watch.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { openBrowser } from '../../../test/support/browser.ts'
import { FakeApi } from '../../../test/support/fake-api.ts'
import { manyServices, shop } from '../../../test/support/fake-graph.ts'
import { usageOf } from '../process/usage.ts'

const [services, seconds] = process.argv.slice(2).map(Number) as [number, number]
/** New figures come so often, as from the API. */
const PUSH_MS = 2000
const FRAMES = 90
const SETTLE_MS = 1500

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function childProcesses(): number[] {
  return readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  )
}

const browserCpuMs = (): number => usageOf(childProcesses()).cpu_us / 1000

/** Presses the ground of the map and moves it to and fro, one step a frame; all inside the page. */
function pan(page: Page): Promise<number> {
  return page.evaluate(async (frames) => {
    const ground = document.querySelector('.map')!
    const { left, bottom } = ground.getBoundingClientRect()
    const event = (kind: string, at: number) =>
      new MouseEvent(kind, {
        bubbles: true,
        cancelable: true,
        view: window,
        clientX: left + 150 + Math.sin(at / 8) * 140,
        clientY: bottom - 10 - Math.abs(Math.sin(at / 11)) * 120,
      })
    ground.dispatchEvent(event('mousedown', 0))
    for (let at = 1; at <= frames; at++) {
      await new Promise(requestAnimationFrame)
      window.dispatchEvent(event('mousemove', at))
    }
    window.dispatchEvent(event('mouseup', frames))
    return frames
  }, FRAMES)
}

async function share(push: (() => void) | undefined): Promise<number> {
  const [before, began] = [browserCpuMs(), performance.now()]
  const timer = push && setInterval(push, PUSH_MS)
  await wait(seconds * 1000)
  clearInterval(timer)
  return ((browserCpuMs() - before) / (performance.now() - began)) * 100
}

const api = new FakeApi(
  services > 20 ? manyServices(services) : shop(),
  new URL('../../../dist/ui', import.meta.url).pathname,
  5,
)
const address = await api.listen()
const browser = await openBrowser()
try {
  const context = await browser.newContext({ viewport: { width: 1400, height: 860 } })
  const page = await context.newPage()
  await page.addInitScript(() => {
    const blocks: number[] = []
    Object.assign(window, { blocks })
    new PerformanceObserver((list) => blocks.push(...list.getEntries().map((it) => it.duration))).observe({
      type: 'longtask',
      buffered: true,
    })
  })
  const began = performance.now()
  // Every service by itself: groups would make the picture small.
  await page.goto(`${address}/map?group=none`)
  await page.locator('[data-node]').first().waitFor({ state: 'attached' })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  const first_map_ms = performance.now() - began
  await wait(SETTLE_MS)
  const block_ms = await page.evaluate(() =>
    Math.max(0, ...(window as unknown as { blocks: number[] }).blocks),
  )
  const before = browserCpuMs()
  const frames = await pan(page)
  const pan_cpu_ms_per_frame = (browserCpuMs() - before) / frames
  await wait(SETTLE_MS)
  const idle_core_percent = await share(undefined)
  const live = await share(() => api.push())
  console.log(
    JSON.stringify({
      first_map_ms,
      block_ms,
      pan_cpu_ms_per_frame,
      idle_core_percent,
      live_core_percent: Math.max(0, live - idle_core_percent),
    }),
  )
} finally {
  await browser.close()
  await api.close()
}
