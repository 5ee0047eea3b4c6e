import { BURN_ALERTS, type Burns, budgetLeft, burnRate, stateOf } from '../../model/slo.ts'

const burns = (change: Partial<Burns>): Burns => ({
  burn_5m: 0,
  burn_30m: 0,
  burn_1h: 0,
  burn_6h: 0,
  ...change,
})

test('burn is the share of bad calls over the share that may be bad', () => {
  expect(burnRate({ calls: 10_000, bad: 10 }, 0.999)).toBeCloseTo(1)
  expect(burnRate({ calls: 100, bad: 100 }, 0.99)).toBeCloseTo(100)
  expect(burnRate({ calls: 0, bad: 0 }, 0.999)).toBe(0)
})

test('a budget is whole without calls, and can be overspent', () => {
  expect(budgetLeft({ calls: 0, bad: 0 }, 0.999)).toBe(1)
  expect(budgetLeft({ calls: 1000, bad: 5 }, 0.99)).toBeCloseTo(0.5)
  expect(budgetLeft({ calls: 1000, bad: 30 }, 0.99)).toBeCloseTo(-2)
})

test.each(BURN_ALERTS)('$long and $short from $rate on are burning, one of them is not', (alert) => {
  const { long, short, rate } = alert
  expect(stateOf(burns({ [long]: rate, [short]: rate }), 0.5)).toBe('burning')
  expect(stateOf(burns({ [long]: rate, [short]: rate - 0.1 }), 0.5)).toBe('ok')
  expect(stateOf(burns({ [long]: rate - 0.1, [short]: rate }), 0.5)).toBe('ok')
})

test('a spent budget is exhausted, whatever burns', () => {
  expect(stateOf(burns({}), 0)).toBe('exhausted')
  expect(stateOf(burns({ burn_1h: 20, burn_5m: 20 }), -1)).toBe('exhausted')
  expect(stateOf(burns({}), 0.001)).toBe('ok')
})
