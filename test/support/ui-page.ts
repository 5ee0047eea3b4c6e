import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { buildUi } from '../../ui/build.mjs'
import { openBrowser } from './browser.ts'
import { FakeApi } from './fake-api.ts'
import type { Shape } from './fake-graph.ts'

/** One browser and one fresh build of the UI for a test file; an API and a page for each test. */

export class UiBench {
  #browser!: Browser
  #dist!: string
  readonly #open: (() => Promise<unknown>)[] = []

  /** For the tests of one file: made before the first, emptied after each, closed after the last. */
  static forFile(): UiBench {
    const bench = new UiBench()
    beforeAll(() => bench.#make())
    afterEach(() => bench.endTest())
    afterAll(() => bench.close())
    return bench
  }

  static async open(): Promise<UiBench> {
    const bench = new UiBench()
    await bench.#make()
    return bench
  }

  async #make(): Promise<void> {
    this.#dist = await mkdtemp(join(tmpdir(), 'tapmesh-ui-'))
    const [browser] = await Promise.all([openBrowser(), buildUi({ outdir: join(this.#dist, 'ui') })])
    this.#browser = browser
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await rm(this.#dist, { recursive: true, force: true })
  }

  /** Ends what `api` and `visit` opened. */
  async endTest(): Promise<void> {
    for (const end of this.#open.splice(0).reverse()) await end()
  }

  async api(shape: Shape, calls?: number): Promise<FakeApi & { address: string }> {
    const api = new FakeApi(shape, join(this.#dist, 'ui'), calls)
    const address = await api.listen()
    this.#open.push(() => api.close())
    return Object.assign(api, { address })
  }

  /** A page whose console errors and foreign requests are kept. */
  async visit(address: string, theme: 'light' | 'dark' = 'light'): Promise<Visit> {
    const context = await this.#browser.newContext({
      viewport: { width: 1400, height: 860 },
      colorScheme: theme,
      reducedMotion: 'reduce',
    })
    this.#open.push(() => context.close())
    const visit = new Visit(context, await context.newPage())
    await visit.page.goto(address)
    return visit
  }

  /** A page whose clock only moves when a test says so. */
  async visitByHand(address: string): Promise<Visit> {
    const visit = await this.visit('about:blank')
    await visit.page.clock.install()
    await visit.page.goto(address)
    return visit
  }

  /** The map with every service of the shape drawn, and the API it asks. */
  async map(shape: Shape): Promise<{ api: FakeApi & { address: string }; visit: Visit }> {
    const nodes = shape.services.length
    const api = await this.api(shape)
    const visit = await this.visit(`${api.address}/map`)
    await visit.waitForNodes(nodes)
    return { api, visit }
  }
}

export class Visit {
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: string[] = []
  readonly foreign: string[] = []

  constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
    page.setDefaultTimeout(8000)
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    context.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') this.foreign.push(request.url())
    })
  }

  /** Places of all nodes as drawn. */
  places(): Promise<Record<string, string>> {
    return this.page.$$eval('[data-node]', (nodes) =>
      Object.fromEntries(
        nodes.map((node) => [
          node.getAttribute('data-node'),
          `${node.getAttribute('data-x')} ${node.getAttribute('data-y')}`,
        ]),
      ),
    )
  }

  async waitForNodes(count: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.querySelectorAll('[data-node]').length === wanted,
      count,
    )
  }
}

/** Asks again until the condition holds; fails after five seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
