import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { GraphApiOptions } from '../../graph-api/api.ts'
import type { CallRecord } from '../../model/call.ts'
import type { Store } from '../../store/store.ts'
import { buildUi } from '../../ui/build.mjs'
import { openBrowser } from './browser.ts'
import { insertCalls, openTestStore, type Served, serveApi } from './mesh.ts'

/** A page of a fresh build over the real API and the real store, from the first test of a file to its last. */
export interface RealPage {
  readonly store: Store
  readonly served: Served
  readonly page: Page
  /** What the browser's console said as an error or a warning. */
  readonly complaints: readonly string[]
}

/**
 * Called beside the tests of a file; what it gives is there once they run.
 * @param calls stored before the page is opened
 */
export function realPage(
  calls: () => readonly Partial<CallRecord>[],
  options: Partial<GraphApiOptions> = {},
): RealPage {
  const complaints: string[] = []
  const real = { complaints } as {
    store: Awaited<ReturnType<typeof openTestStore>>
    served: Served
    page: Page
    complaints: string[]
  }
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapmesh-ui-real-'))
    const assets = join(folder, 'ui')
    real.store = await openTestStore()
    await insertCalls(real.store, calls())
    const [opened] = await Promise.all([openBrowser(), buildUi({ outdir: assets })])
    browser = opened
    real.served = await serveApi(real.store, { assets, now: () => Date.now() * 1000, ...options })
    real.page = await (await browser.newContext({ viewport: { width: 1400, height: 860 } })).newPage()
    real.page.setDefaultTimeout(10_000)
    real.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    real.page.on('pageerror', (error) => complaints.push(error.message))
  })
  afterAll(async () => {
    await browser.close()
    await real.served.close()
    await real.store.remove()
    await rm(folder, { recursive: true, force: true })
  })
  return real
}
