import type { CallsSource } from '../../graph-api/route/stream.ts'
import type { CallRecord } from '../../model/call.ts'
import { bothSides, insertCalls, SECOND, spanId, traceId } from '../support/mesh.ts'
import { realPage } from '../support/real-page.ts'

/** The map against the real API over the real store: what the stand-in of the other tests might get wrong. */
let arrived: Parameters<CallsSource>[0] | undefined

let spans = 0
/** One trace: user to shop.web to shop.cart to pay, the last one failing every fifth time. */
function trace(age_s: number): Partial<CallRecord>[] {
  const turn = ++spans
  const ts = Date.now() * 1000 - age_s * SECOND
  const hop = (at: number, source: string, destination: string, more: Partial<CallRecord> = {}) =>
    bothSides(
      {
        ts: ts + at * 1000,
        trace_id: traceId(turn),
        span_id: spanId(turn * 10 + at),
        parent_span_id: at === 1 ? '' : spanId(turn * 10 + at - 1),
        source,
        destination,
        duration_us: 50_000 - at * 10_000,
        source_zone: 'eu',
        destination_zone: at === 3 ? 'us' : 'eu',
        ...more,
      },
      400,
    )
  return [
    ...hop(1, 'user', 'shop.web'),
    ...hop(2, 'shop.web', 'shop.cart'),
    ...hop(3, 'shop.cart', 'pay', { outcome: turn % 5 === 0 ? 'timeout' : 'ok' }),
  ]
}

const real = realPage(() => Array.from({ length: 120 }, (_, index) => trace(2 + index * 2)).flat(), {
  onCalls: (listener) => {
    arrived = listener
    return () => {}
  },
})

const nodes = (count: number) =>
  real.page.waitForFunction((wanted) => document.querySelectorAll('[data-node]').length === wanted, count)

test('live deltas, groups, find, proven paths and a replay come from the API as they are', async () => {
  const deltas = real.page.waitForEvent('request', (request) => request.url().includes('deltas=1'))
  await real.page.goto(`${real.served.url}/map`)
  await deltas
  await nodes(4)
  await real.page.locator('#find').fill('zone = us and failing')
  await nodes(2)
  await real.page.locator('#find').fill('')
  await real.page.getByRole('button', { name: 'Group', exact: true }).click()
  await real.page.getByRole('button', { name: 'Namespace', exact: true }).click()
  await nodes(3)
  await real.page.getByRole('button', { name: 'Every service by itself' }).click()
  await nodes(4)
  await insertCalls(
    real.store,
    bothSides(
      {
        ts: Date.now() * 1000,
        source: 'pay',
        destination: 'bank',
        trace_id: traceId(9_999),
        span_id: spanId(99_990),
      },
      400,
    ),
  )
  arrived?.([], 2)
  await nodes(5)
  await real.page.goto(`${real.served.url}/map?service=shop.cart&paths=1`)
  await real.page.getByText(/^Proven by 120 traces of this window/).waitFor()
  expect(await real.page.locator('.path-names').allTextContents()).toEqual([
    'user → shop.web → shop.cart → pay',
  ])
  await real.page.keyboard.press('Escape')
  await real.page.keyboard.press('r')
  await real.page.locator('.scrubber-bars').waitFor()
  const hand = real.page.getByLabel('Moment of the replay')
  await hand.fill(String(Number(await hand.getAttribute('max')) - 3))
  await real.page.locator('[data-node="shop.web"]').waitFor()
  expect(await hand.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d, [0-9.]+\/s, [0-9.]+ % failing$/)
  expect(real.complaints).toEqual([])
})
