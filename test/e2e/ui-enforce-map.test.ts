import { shop } from '../support/fake-graph.ts'
import { textOf } from '../support/page-text.ts'
import { UiBench, until } from '../support/ui-page.ts'

/** Verdicts where calls are looked at: on the map, beside an edge, among calls and in one call. */
const bench = UiBench.forFile()

/** A shop whose policy would deny 12 calls of cart to payment, and sends some again. */
function toldShop() {
  const shape = shop()
  shape.links.find((it) => it.destination === 'payment')!.verdicts = [
    { feature: 'retries', decision: 'retry', acted: true, rule: 'codes', calls: 40 },
    { feature: 'authorization', decision: 'deny', acted: false, rule: 'default', calls: 12 },
  ]
  return shape
}

test('the map marks the edge, its panel says what policies say, and leads to the calls', async () => {
  const api = await bench.api(toldShop(), 30)
  const { page, complaints } = await bench.visit(`${api.address}/map`)
  const label = page.locator('.edge-label[data-source="cart"][data-destination="payment"]')
  await label.waitFor()
  expect((await label.locator('tspan').allTextContents()).slice(-2)).toEqual(['▲ 12 would', 'be denied'])
  expect(await label.locator('.edge-loss').count()).toBe(2)
  expect(await page.locator('.edge-label', { hasText: 'would' }).count()).toBe(1)
  await page.goto(`${api.address}/map?source=cart&destination=payment`)
  const told = page.locator('[data-verdict="authorization:deny"]')
  await told.waitFor()
  expect(await textOf(told)).toBe('▲12 calls would be deniedauthorization, rule default')
  expect(await textOf(page.locator('[data-verdict="retries:retry"]'))).toContain('40 calls sent again')
  await told.getByRole('link', { name: /12 calls/ }).click()
  await page.waitForURL(/\/calls\?/)
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    ...{ source: 'cart', destination: 'payment', verdict: 'authorization:deny', would: 'deny' },
  })
  expect(complaints).toEqual([])
})

test('the page of an edge says it as well, and leads to the feature', async () => {
  const api = await bench.api(toldShop(), 30)
  const { page } = await bench.visit(`${api.address}/edge/cart/payment`)
  await page.getByRole('heading', { name: 'What policies say' }).waitFor()
  await page.locator('[data-verdict="retries:retry"]').getByRole('link', { name: 'retries' }).click()
  await page.getByRole('heading', { name: 'Retries of payment' }).waitFor()
})

test('calls are found by verdict; a row is marked, its details say why in words and lead to the reason', async () => {
  const api = await bench.api(shop(), 30)
  const [first, second] = api.calls
  first!.verdicts = ['authorization=would_deny;rule=default;cohort=control', 'mtls=pass']
  second!.verdicts = ['timeouts=cut;rule=request', 'future=thing']
  const { page } = await bench.visit(`${api.address}/calls`)
  const rows = page.locator('.call-row')
  await rows.nth(29).waitFor()
  const verdict = page.getByLabel('Verdict', { exact: true })
  await verdict.selectOption('would:deny')
  await until(async () => (await rows.count()) === 1)
  expect(page.url()).toContain('would=deny')
  expect(await textOf(rows.first())).toContain('▲ would be denied')
  await rows.first().locator('.expand').click()
  const detail = await textOf(page.locator('.call-detail'))
  expect(detail).toContain('Authorizationwould be denied, rule default, control cohort')
  expect(detail).toContain('Mutual TLSpass')
  await page.getByLabel('Source', { exact: true }).press('Enter')
  expect(page.url()).toContain('would=deny')
  await verdict.selectOption('acted:cut')
  await until(async () => (await rows.first().getAttribute('data-call')) === second!.id)
  expect(page.url()).not.toContain('would=')
  expect(await textOf(rows.first())).toContain('■ cut')
  await rows.first().locator('.expand').click()
  expect(await textOf(page.locator('.call-detail'))).toContain('Verdictfuture=thing')
  await page.getByRole('link', { name: 'Why a policy said so' }).click()
  await page.waitForURL(new RegExp(`/call/${second!.id}`))
})
