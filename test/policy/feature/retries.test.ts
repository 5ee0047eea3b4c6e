import fc from 'fast-check'
import { createBudget, deposit, withdraw } from '../../../policy/feature/retry-budget.ts'
import { call, judgeOf, short, verdictOn } from '../../support/judge.ts'

const judge = judgeOf('retries', 'codes: [502, 503], methods: [GET], bufferBytes: 1KiB')

test.each([
  [{ status: '200' }, 'pass'],
  [{ status: '503', outcome: 'server_error' }, 'retry codes'],
  [{ status: '500', outcome: 'server_error' }, 'no_retry codes'],
  [{ status: '503', outcome: 'server_error', method: 'POST' }, 'no_retry methods'],
  [{ status: '', outcome: 'reset', response_flags: 'UF', method: 'POST', ttfb_us: 0 }, 'retry refused'],
  [{ status: '', outcome: 'reset', response_flags: 'UC', ttfb_us: 0 }, 'retry reset'],
  [{ status: '200', outcome: 'reset', response_flags: 'UC', ttfb_us: 5 }, 'no_retry unfinished'],
  [{ status: '504', outcome: 'timeout', response_flags: 'UT' }, 'no_retry timeout'],
  [{ status: '', outcome: 'unfinished', response_flags: 'DC' }, 'no_retry unfinished'],
  [{ status: '503', outcome: 'server_error', attempt: 2 }, 'no_retry attempt'],
  [{ status: '503', outcome: 'server_error', request_bytes: 1025 }, 'no_retry bufferBytes'],
  [{ status: '404', outcome: 'client_error' }, 'pass'],
  [{ status: '101', outcome: 'reset', protocol: 'websocket' }, 'pass'],
] as const)('%j: %s', (change, wanted) => expect(short(verdictOn(judge, change))).toBe(wanted))

test('an outage spends the budget: a share of the calls plus the steady number, no more', () => {
  const one = judgeOf(
    'retries',
    'budget: { percent: 20, interval: 10s, minRetryRate: { count: 1, interval: 1s } }',
  )
  const state = one.module.createState()
  let retried = 0
  for (let index = 0; index < 1000; index++) {
    const failing = call({ status: '503', outcome: 'server_error' })
    if (one.decide(state, failing, 1_000_000_000 + index * 10_000).decision === 'retry') retried++
  }
  // 1000 calls within one interval: 200 tokens, and 10 that are always there.
  expect(retried).toBe(210)
})

test('no window of time has more retries than its share and its reserve', () => {
  const INTERVAL = 10_000_000
  const step = fc.record({ after_us: fc.nat({ max: 3_000_000 }), fails: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const budget = createBudget()
      const calls: number[] = []
      const retries: number[] = []
      let now = 1_700_000_000_000_000
      for (const { after_us, fails } of steps) {
        now += after_us
        deposit(budget, now, INTERVAL, 0.5)
        calls.push(now)
        if (fails && withdraw(budget, now, INTERVAL, 2)) retries.push(now)
      }
      for (const end of retries) {
        const within = (times: number[], length: number) =>
          times.filter((at) => at > end - length && at <= end).length
        // Slots are a tenth of the interval, so what is forgotten may be a slot early or late.
        expect(within(retries, INTERVAL * 0.9)).toBeLessThanOrEqual(within(calls, INTERVAL * 2) * 0.5 + 2 + 2)
      }
    }),
  )
})
