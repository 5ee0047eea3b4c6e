import { bringAxe, faults } from '../support/accessibility.ts'
import { cellOf } from '../support/fake-control.ts'
import { shop } from '../support/fake-graph.ts'
import { UiBench, type Visit } from '../support/ui-page.ts'

/** The pages of control by axe-core, in both themes, in a narrow window, on paper, and with names that are markup. */
const bench = UiBench.forFile()

const AGO = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const CALL = '65fe37f85f611715.server'
const SIGNALS = { calls: 4000, errors: 124, error_rate: 0.031, p50_us: 11_000, p99_us: 90_000 }

/** Everything that the pages can show, with `name` for whoever and whatever has one. */
async function filled(name: string, reason: string) {
  const api = await bench.api(shop(), 5)
  const { control } = api
  control.cells = [
    cellOf('cart', 'retries', {
      ...{ mode: 'enforce', percent: 10, calls: 41_200, would: 300, acted: 40, callers_overridden: 2 },
      rollout: { steps: [1, 10, 100], at_step: 1, next_at: AGO(-900), held: null },
    }),
    cellOf('catalog', 'timeouts', {
      ...{ mode: 'enforce', percent: 50, mode_in_force: 'dry-run', why: reason, expires: AGO(-9000) },
      latched: { at: AGO(60), reason },
    }),
    cellOf(name, 'mtls', { mode_in_force: 'disabled', why: reason }),
  ]
  control.record('edit', reason, `${name}.mtls mode: disabled`, `${name}.mtls mode: dry-run`)
  control.record('rollback', reason, 'a', 'b', true)
  control.taps = [
    {
      ...{ tap: name, service: name, seen_at: AGO(3), reachable: true, revision: 'a1b2.2', result: 'nack' },
      ...{ error: reason, active: 'a1b2.1', ignored: [name], age_s: 60, bypassed: false },
    },
  ]
  control.settings.set('cart.retries', new Map([['codes', '[502, 503]']]))
  control.evidence.set('cart.retries', {
    ...{
      examined: 41_200,
      first_verdict: AGO(9000),
      last_verdict: AGO(3),
      locked: [reason],
      advice: [reason],
    },
    rows: [
      {
        ...{ source: name, method: 'GET', route: `/${name}`, decision: 'deny', acted: true, rule: name },
        ...{ calls: 41, good: 40, last_seen: AGO(9), samples: [CALL] },
      },
    ],
    ...{ blast: { callers: 1, callers_all: 2, share: 0.01 }, treated: SIGNALS, control: SIGNALS },
    forecast: { made_at: AGO(3600), calls: 120_000, affected: 960, share: 0.008 },
    observed: { calls: 4000, affected: 124, share: 0.031 },
  })
  control.policies = [
    {
      ...{ service: name, mode: 'dry-run', percent: 100, default: 'deny', would_deny: 12, denied: 3 },
      rules: [
        {
          ...{ id: name, action: 'deny', from: [name], methods: ['GET'], paths: [`/${name}`], headers: [] },
          ...{ line: 3, hits: 0, last_seen: null, unused: true },
        },
      ],
    },
  ]
  control.recommendation = {
    window: { from: AGO(2_592_000), to: AGO(0), seconds: 2_592_000 },
    ...{ service: name, calls: 3, first_call: AGO(9000), rules: [] },
    review: [{ source: name, method: 'GET', route: name, calls: 3, last_seen: AGO(9), reason }],
  }
  control.why.set(CALL, {
    ...{ id: CALL, ts: AGO(20), trace_id: 'ab'.repeat(16), source: name, destination: name, method: 'GET' },
    ...{ route: name, status: '403', outcome: 'denied', config_version: 'a1b2.2' },
    verdicts: [
      {
        ...{ feature: 'authorization', decision: 'deny', acted: true, rule: name, cohort: 'treated' },
        ...{ reason, place: name, set_by: { actor: name, at: AGO(9), reason } },
      },
    ],
  })
  return api
}

const PAGES = [
  ['/enforce', '.matrix'],
  ['/enforce/cart/retries', '[data-cohort]'],
  ['/enforce/catalog/timeouts', '[data-latched]'],
  ['/policies?propose=cart', '[data-proposal]'],
  ['/backtest', 'textarea'],
  ['/audit', '.audit-entry'],
  [`/call/${CALL}`, '.why'],
] as const

async function check(visit: Visit, name: string): Promise<void> {
  expect([name, ...(await faults(visit, { resultTypes: ['violations'] }))]).toEqual([name])
  await visit.page.emulateMedia({ colorScheme: 'dark' })
  expect([name, 'dark', ...(await faults(visit, { runOnly: ['color-contrast'] }))]).toEqual([name, 'dark'])
  await visit.page.emulateMedia({ colorScheme: 'light' })
}

test('every page of control is accessible in both themes, quiet, and asks nobody else', async () => {
  const api = await filled('ledger', 'treated calls failed more')
  const visit = await bench.visit('about:blank')
  await bringAxe(visit)
  for (const [path, ready] of PAGES) {
    await visit.page.goto(`${api.address}${path}#token=${api.token}`)
    await visit.page.locator(ready).first().waitFor()
    await check(visit, path)
  }
  api.control.bypass = true
  await visit.page.goto(`${api.address}/enforce`)
  await visit.page.getByRole('button', { name: 'End the bypass …' }).click()
  await check(visit, 'bypass')
  expect(visit.complaints).toEqual([])
  expect(visit.foreign).toEqual([])
})

test('nothing leaves a window of 800 pixels, and on paper there is nothing that only a screen can use', async () => {
  const api = await filled('ledger', 'treated calls failed more')
  const { page } = await bench.visit('about:blank')
  await page.setViewportSize({ width: 800, height: 800 })
  for (const [path, ready] of PAGES) {
    await page.goto(`${api.address}${path}#token=${api.token}`)
    await page.locator(ready).first().waitFor()
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 800])
    await page.emulateMedia({ media: 'print' })
    for (const gone of [
      '.top',
      '.tabs',
      '.toolbar',
      '.feature-form',
      '.undo',
      '.reason-form',
      '.actions-row',
    ]) {
      const shown = await page
        .locator(gone)
        .evaluateAll((all) => all.filter((it) => it.checkVisibility()).length)
      expect([path, gone, shown]).toEqual([path, gone, 0])
    }
    await page.emulateMedia({ media: 'screen' })
  }
})

test.each([
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  '\u202eevil\u202c',
  'x'.repeat(3000),
])('a name that is %.30s stays text', async (name) => {
  const api = await filled(name, name)
  const visit = await bench.visit('about:blank')
  for (const [path, ready] of PAGES) {
    await visit.page.goto(`${api.address}${path}#token=${api.token}`)
    await visit.page.locator(ready).first().waitFor()
    expect(await visit.page.locator('main script, main img').count()).toBe(0)
    expect([path, await visit.page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
      path,
      1400,
    ])
  }
  expect(visit.complaints).toEqual([])
})
