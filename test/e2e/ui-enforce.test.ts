import { cellOf } from '../support/fake-control.ts'
import { manyServices, shop } from '../support/fake-graph.ts'
import { textOf } from '../support/page-text.ts'
import { UiBench, until, type Visit } from '../support/ui-page.ts'

/** The matrix of features, a feature's evidence, and the way from a dry run to enforcing and back. */
const bench = UiBench.forFile()

const AGO = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const cellText = (visit: Visit, service: string, feature: string) =>
  textOf(visit.page.locator(`[data-service="${service}"] [data-feature="${feature}"]`))

test('where nothing is set the page says so, and how to begin', async () => {
  const api = await bench.api(shop(), 5)
  const visit = await bench.visit(`${api.address}/enforce#token=${api.token}`)
  await visit.page.getByRole('heading', { name: 'Nothing is enforced' }).waitFor()
  await visit.page.getByText('node cli/tapmesh.mjs config set web-api.timeouts mode=dry-run').waitFor()
  expect(await visit.page.title()).toBe('Enforce · tapmesh')
  await visit.page.getByRole('link', { name: 'Begin with timeouts of web-api' }).click()
  await visit.page.getByRole('heading', { name: 'Timeouts of web-api' }).waitFor()
  await visit.page.getByText('Nothing: it is disabled.').waitFor()
})

test('a cell tells mode and share in words, what is in force instead and why, and how far a rollout is', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [
    cellOf('cart', 'retries', {
      ...{ mode: 'enforce', percent: 10, calls: 41_200, would: 300, acted: 40 },
      rollout: { steps: [1, 10, 50, 100], at_step: 1, next_at: null, held: 'too few calls' },
    }),
    cellOf('cart', 'timeouts', { mode_in_force: 'disabled', why: 'it expired' }),
    cellOf('payment', 'authorization', {
      ...{ mode: 'enforce', percent: 50, mode_in_force: 'dry-run' },
      latched: { at: AGO(60), reason: 'treated calls failed 3.1 % against 0.2 %' },
    }),
  ]
  const visit = await bench.visit(`${api.address}/enforce`)
  await visit.page.locator('.matrix').waitFor()
  const retries = await cellText(visit, 'cart', 'retries')
  for (const part of ['enforce 10 %', 'step 2 of 4, held', 'touched 40, would touch 300 of 41.2k'])
    expect(retries).toContain(part)
  expect(await cellText(visit, 'cart', 'timeouts')).toContain('dry-run▲ disabled in force: it expired')
  expect(await cellText(visit, 'payment', 'authorization')).toContain(
    'enforce 50 %■ latched: treated calls failed 3.1 % against 0.2 %',
  )
  expect(await cellText(visit, 'catalog', 'mtls')).toContain('not set')
  await visit.page.getByText('opened without the token').waitFor()
})

test('the filter leaves services, and the arrow keys walk from cell to cell', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [cellOf('cart', 'retries'), cellOf('payment', 'mtls')]
  const visit = await bench.visit(`${api.address}/enforce`)
  await visit.page.locator('.matrix').waitFor()
  await visit.page.getByRole('searchbox', { name: 'Service contains' }).fill('pay')
  await until(async () => (await visit.page.locator('[data-service]').count()) === 1)
  expect(visit.page.url()).toContain('service=pay')
  await visit.page.getByRole('searchbox', { name: 'Service contains' }).fill('')
  await visit.page.locator('[data-service="cart"] [data-feature="timeouts"] a').focus()
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowUp']) await visit.page.keyboard.press(key)
  await visit.page.keyboard.press('Enter')
  await visit.page.waitForURL(/\/enforce\/cart\/retries/)
  await visit.page.getByRole('heading', { name: 'Retries of cart' }).waitFor()
})

test('of many services the first hundred are drawn, and the filter finds the others', async () => {
  const api = await bench.api(manyServices(300), 5)
  const { page } = await bench.visit(`${api.address}/enforce`)
  await page.getByText(/The first 100 of \d+ services/).waitFor()
  expect(await page.locator('[data-service]').count()).toBe(100)
  const names = await page
    .locator('[data-service]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-service')))
  const far = manyServices(300)
    .links.map((link) => link.destination)
    .find((id) => !names.includes(id))!
  await page.getByRole('searchbox', { name: 'Service contains' }).fill(far)
  await page.locator(`[data-service="${far}"]`).waitFor()
})

test('what is written into the form outlives another window and fresh evidence', async () => {
  const api = await bench.api(shop(), 5)
  const { page } = await bench.visit(`${api.address}/enforce/cart/timeouts#token=${api.token}`)
  await page.getByLabel('request', { exact: true }).fill('800ms')
  await page.getByLabel('Reason').fill('p99.9 is 400 ms')
  await page.getByRole('button', { name: 'Live' }).click()
  await page.getByRole('button', { name: 'Last 24 hours' }).click()
  await page.waitForURL(/range=24h/)
  await page.getByText('node cli/tapmesh.mjs config set cart.timeouts request=800ms').waitFor()
  expect(await page.getByLabel('request', { exact: true }).inputValue()).toBe('800ms')
  expect(await page.getByLabel('Reason').inputValue()).toBe('p99.9 is 400 ms')
  await page.getByRole('button', { name: 'Discard' }).click()
  expect(await page.getByLabel('request', { exact: true }).inputValue()).toBe('')
})

test('a document from a file is changed there, and one that cannot be read is called out', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [cellOf('cart', 'timeouts')]
  api.control.record('file', 'file changed', '', 'cart.timeouts mode: dry-run')
  api.control.served_from = 'mesh/policy.yaml'
  const { page } = await bench.visit(`${api.address}/enforce/cart/timeouts#token=${api.token}`)
  await page.locator('[data-served]').getByText('mesh/policy.yaml').waitFor()
  await page.getByRole('radio', { name: /^disabled/ }).check()
  await page.getByLabel('Reason').fill('enough')
  await page.getByText('Change mesh/policy.yaml instead.').waitFor()
  expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
  expect(await page.getByRole('button', { name: 'Undo this change …' }).count()).toBe(0)
  api.control.fault = 'policy:3:5 unknown key retrys'
  await page.goto(`${api.address}/enforce`)
  await page.locator('[data-fault]').getByText('policy:3:5 unknown key retrys').waitFor()
})

test('taps say which revision they have, who refused it and why', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [cellOf('cart', 'retries')]
  api.control.record('set', 'first', '', 'cart.retries mode: dry-run')
  const tap = (service: string, more: object = {}) => ({
    ...{ tap: `tap-${service}`, service, seen_at: AGO(3), reachable: true, revision: 'a1b2.1' },
    ...{ result: 'ack' as const, active: 'a1b2.1', ignored: [], age_s: 0, bypassed: false },
    ...more,
  })
  api.control.taps = [
    tap('cart'),
    tap('payment', { ignored: ['failover'] }),
    tap('catalog', { result: 'nack', error: 'request is below 1ms', active: '' }),
    tap('pricing', { reachable: false }),
  ]
  const visit = await bench.visit(`${api.address}/enforce`)
  const revisions = visit.page.locator('[data-revisions]')
  await revisions.waitFor()
  expect(await textOf(revisions.locator('summary'))).toBe(
    '2 of 4 taps have revision a1b2.1 · ■ 1 refused · ▲ 1 silent',
  )
  expect(await textOf(revisions.locator('[data-tap="tap-catalog"]'))).toContain('request is below 1ms')
  expect(await textOf(revisions.locator('[data-tap="tap-payment"]'))).toContain(
    'does not know, so does not enforce: failover',
  )
})

test('the bypass wants a reason, shows who threw it and why, and ends with a reason', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [cellOf('cart', 'retries', { mode: 'enforce', percent: 10 })]
  api.control.record('set', 'first', '', 'cart.retries mode: enforce')
  const visit = await bench.visit(`${api.address}/enforce#token=${api.token}`)
  await visit.page.getByRole('button', { name: 'Bypass everything …' }).click()
  const go = visit.page.getByRole('button', { name: 'Bypass everything', exact: true })
  expect(await go.isDisabled()).toBe(true)
  await visit.page.getByLabel('Reason').fill('checkout is down')
  await visit.page.getByLabel('Your name').fill('ada')
  await go.click()
  const banner = visit.page.locator('[data-bypass="on"]')
  await banner.getByText('by ada: “checkout is down”').waitFor()
  expect(await textOf(banner)).toContain('Bypassed: nothing is enforced or judged anywhere.')
  await visit.page.reload()
  await banner.getByRole('button', { name: 'End the bypass …' }).click()
  await banner.getByRole('button', { name: 'End the bypass', exact: true }).click()
  await banner.waitFor({ state: 'detached' })
  expect(api.control.changes.map(({ body }) => body)).toEqual([
    { on: true, reason: 'checkout is down', actor: 'ada' },
    { on: false, reason: 'over', actor: 'ada' },
  ])
})

test('from disabled to dry-run, locked until the evidence is there, enforced at 10 %, and undone', async () => {
  const api = await bench.api(shop(), 5)
  const visit = await bench.visit(`${api.address}/enforce/cart/timeouts#token=${api.token}`)
  const apply = visit.page.getByRole('button', { name: 'Apply' })
  const choose = (name: string) => visit.page.getByRole('radio', { name: new RegExp(`^${name}`) })
  await visit.page.getByText('Dry-run has not run yet').waitFor()
  expect(await choose('enforce').isDisabled()).toBe(true)
  expect(await apply.isDisabled()).toBe(true)
  await choose('dry-run').check()
  await visit.page.getByLabel('request', { exact: true }).fill('800ms')
  await visit.page.getByText('A reason is required.').waitFor()
  await visit.page.getByLabel('Reason').fill('a first look')
  await visit.page
    .getByText(
      "node cli/tapmesh.mjs config set cart.timeouts mode=dry-run request=800ms --reason 'a first look'",
    )
    .waitFor()
  await apply.click()
  await visit.page.getByText('In force as revision a1b2.1').waitFor()
  expect(api.control.changes).toEqual([
    {
      path: 'edit',
      body: {
        ...{ service: 'cart', feature: 'timeouts', set: { mode: 'dry-run', request: '800ms' } },
        ...{ reason: 'a first look', base_revision: '0.0' },
      },
    },
  ])
  const sample = '65fe37f85f611715.server'
  api.control.evidence.set('cart.timeouts', {
    ...{ examined: 4120, first_verdict: AGO(3000), last_verdict: AGO(3), locked: [] },
    blast: { callers: 1, callers_all: 2, share: 0.01 },
    rows: [
      {
        ...{ source: 'web-api', method: 'GET', route: '/items/{id}', decision: 'cut', acted: false },
        ...{ rule: 'request', calls: 41, good: 40, last_seen: AGO(9), samples: [sample] },
      },
    ],
  })
  await visit.page.reload()
  const said = visit.page.getByRole('region', { name: 'What it said' })
  const row = await textOf(said.locator('tbody tr').first())
  for (const part of ['web-api', 'GET /items/{id}', '▲ would be cut', 'request', '41', '40'])
    expect(row).toContain(part)
  expect(await textOf(visit.page.locator('[data-evidence]'))).toContain('1 of 2')
  await choose('enforce').check()
  await visit.page.getByRole('button', { name: '10 %', exact: true }).click()
  const diff = visit.page.getByRole('list', { name: 'What changes' })
  expect(await textOf(diff)).toMatch(/^modebefore dry-run→after enforcepercent/)
  await visit.page.getByLabel('Reason').fill('evidence is fresh')
  await apply.click()
  await visit.page.locator('.chips').getByText('enforce 10 %').waitFor()
  await visit.page.locator('[data-undo]').getByText('You set').waitFor()
  await visit.page.getByRole('button', { name: 'Undo this change …' }).click()
  await visit.page.getByRole('button', { name: 'Undo it' }).click()
  await visit.page.locator('.chips').getByText('dry-run').waitFor()
  expect(api.control.changes.at(-1)).toEqual({
    path: 'undo',
    body: { reason: 'undo: evidence is fresh', base_revision: 'a1b2.2' },
  })
})

test('a change that came second, one the API refuses, and one that denies all are told where they belong', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [cellOf('payment', 'authorization')]
  api.control.evidence.set('payment.authorization', { locked: [], examined: 9000 })
  const visit = await bench.visit(`${api.address}/enforce/payment/authorization#token=${api.token}`)
  await visit.page.getByRole('radio', { name: /^enforce/ }).check()
  await visit.page.getByRole('button', { name: '25 %' }).click()
  await visit.page.getByLabel('Reason').fill('on with it')
  api.control.record('edit', 'somebody else', '', 'cart.retries mode: dry-run')
  const apply = visit.page.getByRole('button', { name: 'Apply' })
  const problem = visit.page.locator('.feature-form .problem')
  await apply.click()
  await problem.getByText('Changed meanwhile').waitFor()
  await problem.getByText('somebody else').waitFor()
  await problem.getByRole('button', { name: 'Make my change on the newest' }).click()
  api.control.refusal = {
    ...{ status: 409, code: 'TAPMESH_DENIES_ALL', message: 'payment would deny every call' },
    hint: 'Say so if it is meant.',
  }
  await apply.click()
  await problem.getByText('payment would deny every call').waitFor()
  await problem.getByLabel('It is meant to deny every call').check()
  await apply.click()
  await visit.page.locator('.chips').getByText('enforce 25 %').waitFor()
  expect(api.control.changes.map(({ body }) => body)).toEqual([
    expect.objectContaining({ base_revision: '0.0' }),
    expect.objectContaining({ base_revision: 'a1b2.1' }),
    expect.objectContaining({ base_revision: 'a1b2.1', yes_deny_all: true }),
  ])
})

test('cohorts stand side by side, the forecast beside the outcome, and a latch is taken off with a reason', async () => {
  const api = await bench.api(shop(), 5)
  api.control.cells = [
    cellOf('cart', 'timeouts', {
      ...{ mode: 'enforce', percent: 10, mode_in_force: 'dry-run', why: 'a guard broke' },
      latched: { at: AGO(60), reason: 'treated calls failed 3.1 % against 0.2 %' },
    }),
  ]
  api.control.evidence.set('cart.timeouts', {
    treated: { calls: 4000, errors: 124, error_rate: 0.031, p50_us: 11_000, p99_us: 90_000 },
    control: { calls: 36_000, errors: 72, error_rate: 0.002, p50_us: 11_000, p99_us: 60_000 },
    forecast: { made_at: AGO(3600), calls: 120_000, affected: 960, share: 0.008 },
    observed: { calls: 4000, affected: 124, share: 0.031 },
  })
  const visit = await bench.visit(`${api.address}/enforce/cart/timeouts#token=${api.token}`)
  const cohorts = visit.page.getByRole('table', { name: 'Treated and control cohort' })
  await cohorts.waitFor()
  expect(await textOf(cohorts.locator('[data-cohort="treated"]'))).toMatch(/4 0001243\.1 %/)
  expect(await textOf(cohorts.locator('.difference'))).toMatch(/\+2\.9 points× 1\.00× 1\.50/)
  expect(await textOf(visit.page.locator('[data-ledger="Forecast"]'))).toContain('0.8 %')
  expect(await textOf(visit.page.locator('[data-ledger="Observed"]'))).toContain('3.1 %')
  const latch = visit.page.locator('[data-latched]')
  expect(await textOf(latch)).toContain('treated calls failed 3.1 % against 0.2 %')
  await latch.getByLabel('Why it may act again').fill('the slow route is fixed')
  await latch.getByRole('button', { name: 'Re-arm' }).click()
  await latch.waitFor({ state: 'detached' })
  expect(api.control.changes).toEqual([
    {
      path: 'rearm',
      body: { service: 'cart', feature: 'timeouts', reason: 'the slow route is fixed' },
    },
  ])
})
