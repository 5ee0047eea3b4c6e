import type { Policy } from '../../../model/policy.ts'
import { settingsFor } from '../../../model/policy.ts'
import type { StateAbout } from '../../../tap-proxy/control/state-in-force.ts'
import { StateInForce } from '../../../tap-proxy/control/state-in-force.ts'
import { DRY_RUN, stateOf } from './state.ts'

const ISSUED_MS = Date.parse(stateOf().issued_at)
const HOUR_MS = 3_600_000

function inForce() {
  const taken: { policy: Policy; about: StateAbout }[] = []
  const events: string[] = []
  const now = { ms: ISSUED_MS, bypassed: false, refuses: false }
  const state = new StateInForce(
    (policy, about) => {
      if (now.refuses) throw new Error('a feature cannot be made ready')
      taken.push({ policy, about })
    },
    () => 'orders',
    () => now.bypassed,
    {
      featuresLapsed: (paths) => events.push(`lapsed ${paths}`),
      clockBehind: (by_ms) => events.push(`behind ${Math.round(by_ms / HOUR_MS)} h`),
      stateRefused: (revision) => events.push(`refused ${revision}`),
    },
    () => now.ms,
  )
  const mode = () => settingsFor(taken.at(-1)!.policy.services.get('orders')!, 'web', 'authorization')?.mode
  return { state, taken, events, now, mode }
}
const text = (features: object = DRY_RUN, more = {}) => JSON.stringify(stateOf(features, more))
const until = (expires: number) => ({ authorization: { ...DRY_RUN.authorization, expires } })

test('nothing, then a state, its revision and its age', () => {
  const { state, taken, now, mode } = inForce()
  expect([state.revision, state.age_s, state.ignored]).toEqual(['', 0, []])
  state.refresh()
  expect(taken).toEqual([])
  state.take(text({ ...DRY_RUN, hedging: {} }))
  expect([state.revision, state.ignored, mode()]).toEqual(['0a1b2c3d.7', ['orders.hedging'], 'dry-run'])
  expect(taken[0]!.about).toEqual({ revision: '0a1b2c3d.7', bypass: false })
  now.ms += 5000
  expect(state.age_s).toBe(5)
  state.confirm()
  expect(state.age_s).toBe(0)
})

test('what other taps judge is not made ready here', () => {
  const { state, taken } = inForce()
  const services = { orders: { features: DRY_RUN, callers: {} }, cart: { features: DRY_RUN, callers: {} } }
  state.take(JSON.stringify({ ...stateOf(), services }))
  const features = [...taken[0]!.policy.services].map(([name, given]) => [
    name,
    ...Object.keys(given.features),
  ])
  expect(features).toEqual([['orders', 'authorization'], ['cart']])
})

test('refused by the reader or by a feature, the old one stays', () => {
  const { state, taken, now } = inForce()
  state.take(text())
  expect(() => state.take('{}')).toThrow(/version/)
  now.refuses = true
  expect(() => state.take(text(DRY_RUN, { revision: '0a1b2c3d.8' }))).toThrow(/made ready/)
  now.refuses = false
  expect(state.revision).toBe('0a1b2c3d.7')
  expect(taken).toHaveLength(1)
})

test('a new epoch begins its numbers anew', () => {
  const { state } = inForce()
  state.take(text())
  state.take(text(DRY_RUN, { revision: 'ffff0000.1' }))
  expect(state.revision).toBe('ffff0000.1')
})

test('the kill switch comes through at once, with the same policy', () => {
  const { state, taken, now } = inForce()
  state.take(text())
  now.bypassed = true
  state.refresh()
  state.refresh()
  now.bypassed = false
  state.refresh()
  expect(taken.map(({ about }) => about.bypass)).toEqual([false, true, false])
  expect(new Set(taken.map(({ policy }) => policy)).size).toBe(1)
})

test('control bypasses too, and no switch lets go for it', () => {
  const { state, taken } = inForce()
  state.take(text(DRY_RUN, { bypass: true }))
  state.refresh()
  expect([state.bypassedByControl, taken.map(({ about }) => about.bypass)]).toEqual([true, [true]])
})

test('an experiment lapses by the clock of the tap, and stays so', () => {
  const { state, events, now, mode } = inForce()
  state.take(text(until(ISSUED_MS + HOUR_MS)))
  expect(mode()).toBe('dry-run')
  now.ms += HOUR_MS
  state.refresh()
  expect([mode(), events]).toEqual(['disabled', ['lapsed orders.authorization']])
  now.ms -= HOUR_MS
  state.refresh()
  expect([mode(), events.length]).toEqual(['disabled', 1])
  state.stop()
})

test('one that lapsed while the tap was down is not in force for a moment', () => {
  const { state, taken, now, mode } = inForce()
  now.ms += 2 * HOUR_MS
  state.take(text(until(ISSUED_MS + HOUR_MS)), ISSUED_MS)
  expect([taken.length, mode(), state.age_s]).toEqual([1, 'disabled', 7200])
})

test('a clock that jumped back by more than a day is said once, and lengthens nothing', () => {
  const { state, events, now, mode } = inForce()
  now.ms -= 30 * HOUR_MS
  state.take(text(until(ISSUED_MS)))
  expect(mode()).toBe('disabled')
  state.refresh()
  expect(events).toEqual(['behind 30 h', 'lapsed orders.authorization'])
})

test('without control nothing is in force', () => {
  const { state, taken } = inForce()
  state.clear()
  expect(taken).toEqual([])
  state.take(text())
  state.clear()
  expect(taken.at(-1)).toMatchObject({
    policy: { services: new Map() },
    about: { revision: '', bypass: false },
  })
  expect(state.revision).toBe('')
})
