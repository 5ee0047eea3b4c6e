import fc from 'fast-check'
import {
  ALL,
  JUDGE_EVERY_US,
  nextRollout,
  type Observed,
  type RolloutPlan,
  type RolloutState,
  startRollout,
} from '../../control/rollout.ts'
import { brokenGuard, type Cohort, callsNeeded, zOf } from '../../control/rollout-guard.ts'
import { bucketOf } from '../../model/histogram.ts'

const SECOND = 1_000_000
const HOUR = 3600 * SECOND
const START = 1_790_000_000 * SECOND
const SETTINGS = { settings: 'one', revision: '' }
const PLAN: RolloutPlan = {
  steps: [1, 10, 50, 100],
  hold_us: HOUR,
  guards: { errorRateDelta: 1, p99Ratio: 2 },
}

/** All calls but the slow ones take 10 ms; slow ones take 1 s. */
function cohort(calls: number, errors = 0, slow = 0, last_us = START): Cohort {
  const duration = new Map([
    [bucketOf(10_000), calls - slow],
    [bucketOf(1_000_000), slow],
  ])
  return { calls, errors, duration, last_us }
}
const both = (treated: Cohort, control: Cohort): Observed => ({
  step: { treated, control },
  recent: { treated, control },
})
const NOTHING = both(cohort(0), cohort(0))
const well = (now_us: number) => both(cohort(2000, 4, 2, now_us), cohort(9000, 18, 9, now_us))
const harmful = (now_us: number) => both(cohort(500, 100, 0, now_us), cohort(5000, 5, 5, now_us))

/** One look after the other, JUDGE_EVERY_US apart or as told. */
function looks(
  seen: readonly Observed[],
  apart_us = JUDGE_EVERY_US,
  from = startRollout(SETTINGS, 1, START),
) {
  let state: RolloutState = from
  const actions: string[] = []
  seen.forEach((one, index) => {
    const next = nextRollout(state, PLAN, one, START + (index + 1) * apart_us)
    state = next.state
    if (next.action) actions.push(next.action.kind)
  })
  return { state, actions }
}

test('steps are taken after their hold, while the guards hold, up to all calls', () => {
  let state = startRollout(SETTINGS, 1, START)
  const percents: number[] = []
  for (let at = START; at < START + 5 * HOUR; at += 600 * SECOND) {
    const next = nextRollout(state, PLAN, well(at), at)
    state = next.state
    if (next.action?.kind === 'advance') percents.push(next.action.to)
  }
  expect(percents).toEqual([10, 50, 100])
  expect(state).toMatchObject({ percent: ALL, latched: null, held: null })
})

test('a harmful feature goes back at the second look, and stays latched', () => {
  const { state, actions } = looks([harmful(START), harmful(START), well(START), well(START + 3 * HOUR)])
  expect(actions).toEqual(['rollback'])
  expect(state.latched?.reason).toBe(
    '20.0 % of 500 treated calls failed, 0.10 % of 5000 in the control cohort: past errorRateDelta 1%',
  )
  expect(state.latched?.at_us).toBe(START + 2 * JUDGE_EVERY_US)
})

test('a guard that is broken once only does nothing', () => {
  expect(looks([harmful(START), well(START), harmful(START), well(START)]).actions).toEqual([])
})

test('two looks within ten seconds count as one', () => {
  expect(looks([harmful(START), harmful(START)], SECOND).actions).toEqual([])
  expect(looks(Array(12).fill(harmful(START)), SECOND).actions).toEqual(['rollback'])
})

test('missing data neither advances nor goes back, and says what is missing', () => {
  const late = START + 10 * HOUR
  const fresh = startRollout(SETTINGS, 1, START)
  const none = nextRollout(fresh, PLAN, NOTHING, late)
  expect(none).toMatchObject({ action: null, state: { percent: 1, latched: null } })
  expect(none.state.held).toMatch(/^too few calls: 0 treated and 0 in the control cohort, 300 of each/)
  const few = nextRollout(fresh, PLAN, both(cohort(40, 40), cohort(5000)), late)
  expect(few).toMatchObject({ action: null, state: { broken: 0 } })
  const stale = nextRollout(fresh, PLAN, well(START), late)
  expect(stale.action).toBeNull()
  expect(stale.state.held).toBe('no calls for 36000 s')
})

test('what happened in the last seconds is not hidden by the hours before', () => {
  const calm = cohort(1_000_000, 100)
  const seen: Observed = {
    step: { treated: calm, control: calm },
    recent: { treated: cohort(300, 60), control: cohort(3000, 3) },
  }
  expect(looks([seen, seen]).actions).toEqual(['rollback'])
})

test('at all calls the control cohort of the step before is compared with, for one hold', () => {
  const last = { ...startRollout(SETTINGS, 50, START), since_us: START - 2 * HOUR }
  const { state } = nextRollout(last, PLAN, well(START), START)
  expect(state).toMatchObject({ percent: ALL, baseline: { calls: 9000 } })
  const bad = both(cohort(5000, 900), cohort(0))
  const once = nextRollout(state, PLAN, bad, START + JUDGE_EVERY_US)
  const twice = nextRollout(once.state, PLAN, bad, START + 2 * JUDGE_EVERY_US)
  expect(twice.action?.evidence).toContain('control cohort of the step before')
  expect(nextRollout(once.state, PLAN, bad, START + HOUR)).toMatchObject({
    action: null,
    state: { latched: null },
  })
})

test('a percentage set by hand never rises, yet is guarded', () => {
  const fixed = { ...PLAN, steps: [] }
  const state = startRollout(SETTINGS, 10, START)
  expect(nextRollout(state, fixed, well(START + 5 * HOUR), START + 5 * HOUR)).toMatchObject({
    action: null,
    state: { percent: 10, held: null },
  })
  const once = nextRollout(state, fixed, harmful(START), START)
  expect(nextRollout(once.state, fixed, harmful(START), START + JUDGE_EVERY_US).action?.kind).toBe('rollback')
})

const anyCohort = fc
  .record({
    calls: fc.nat({ max: 20_000 }),
    bad: fc.float({ min: 0, max: 1, noNaN: true }),
    slow: fc.float({ min: 0, max: 1, noNaN: true }),
    last: fc.nat({ max: 20 }),
  })
  .map(({ calls, bad, slow, last }) =>
    cohort(calls, Math.floor(calls * bad), Math.floor(calls * slow), START + last * HOUR),
  )
const anySeen = fc.record({
  step: fc.record({ treated: anyCohort, control: anyCohort }),
  recent: fc.record({ treated: anyCohort, control: anyCohort }),
})
const anyPlan = fc.record({
  steps: fc
    .uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 6 })
    .map((all) => all.sort((a, b) => a - b)),
  hold_us: fc.integer({ min: SECOND, max: 3 * HOUR }),
  guards: fc.record({
    errorRateDelta: fc.float({ min: 0, max: 50, noNaN: true }),
    p99Ratio: fc.float({ min: 1, max: 10, noNaN: true }),
  }),
})

test('whatever is seen: never down but to the latch, never past 100, one step a hold, the latch stays', () => {
  fc.assert(
    fc.property(
      anyPlan,
      fc.array(fc.record({ seen: anySeen, wait: fc.integer({ min: 0, max: HOUR }) }), { maxLength: 40 }),
      (plan, events) => {
        let state = startRollout(SETTINGS, plan.steps[0] ?? 5, START)
        let now = START
        for (const { seen, wait } of events) {
          now += wait
          const { state: after, action } = nextRollout(state, plan, seen, now)
          expect(after.percent).toBeGreaterThanOrEqual(state.percent)
          expect(after.percent).toBeLessThanOrEqual(ALL)
          if (state.latched !== null) expect(after).toEqual({ ...state, held: null })
          if (action?.kind === 'advance') {
            expect(plan.steps[plan.steps.indexOf(state.percent) + 1]).toBe(action.to)
            expect(now - state.since_us).toBeGreaterThanOrEqual(plan.hold_us)
            const { treated, control } = seen.step
            expect(Math.min(treated.calls, control.calls)).toBeGreaterThanOrEqual(callsNeeded(plan.guards))
          } else expect(after.percent).toBe(state.percent)
          if (action?.kind === 'rollback') expect(state.broken).toBe(1)
          state = after
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('z grows with the difference and the calls; no difference is none', () => {
  expect(zOf({ of: 100, hits: 10 }, { of: 100, hits: 10 })).toBe(0)
  // Worked by hand: pooled 0.15, sqrt(0.15 * 0.85 * 0.02) = 0.0505.
  expect(zOf({ of: 100, hits: 20 }, { of: 100, hits: 10 })).toBeCloseTo(1.98, 2)
  expect(zOf({ of: 0, hits: 0 }, { of: 100, hits: 10 })).toBe(0)
})

test('a guard needs the bound and the significance both', () => {
  const { guards } = PLAN
  expect(brokenGuard({ treated: cohort(100, 3), control: cohort(100, 1) }, guards)).toBeNull()
  const tiny = { treated: cohort(1_000_000, 5000), control: cohort(1_000_000, 1000) }
  expect(brokenGuard(tiny, guards)).toBeNull()
  expect(brokenGuard(tiny, { ...guards, errorRateDelta: 0.1 })).toContain('errorRateDelta')
  expect(brokenGuard({ treated: cohort(1000, 0, 50), control: cohort(1000, 0, 1) }, guards)).toMatch(
    /^p99 of treated calls is .* ms, that of the control cohort .* ms: past p99Ratio 2$/,
  )
  expect(brokenGuard({ treated: cohort(60, 0, 1), control: cohort(60, 0, 0) }, guards)).toBeNull()
})
