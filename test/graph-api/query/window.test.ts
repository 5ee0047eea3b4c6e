import fc from 'fast-check'
import {
  graphWindow,
  planSeries,
  planWindow,
  ROUNDING_SHARE_MAX,
  SERIES_POINTS_MAX,
} from '../../../graph-api/query/plan.ts'
import { histogramOf, sliceRows } from '../../../graph-api/query/rollup.ts'
import { parseMoment, parseWindow, rfc3339 } from '../../../graph-api/query/window.ts'
import { NOW } from '../../support/mesh.ts'

const S = 1_000_000

test.each([
  ['now', NOW],
  ['now-15m', NOW - 900 * S],
  ['now-7d', NOW - 7 * 86_400 * S],
  ['now-2w', NOW - 14 * 86_400 * S],
  ['2026-09-21T14:13:20Z', NOW],
  ['2026-09-21T16:13:20.5+02:00', NOW + S / 2],
  ['2026-09-21 14:13:20.000001z', NOW + 1],
])('%s is a moment', (text, expected) => {
  expect(parseMoment('from', text, NOW)).toBe(expected)
})

test.each([
  'yesterday',
  'now+1m',
  'now-15',
  'now-15y',
  '2026-09-21',
  '2026-09-21T14:13:20',
  '2026-13-01T00:00:00Z',
  "now' OR 1=1",
  '9'.repeat(60),
  '1790000000',
])('%s is none, and the parameter is named', (text) => {
  expect(() => parseMoment('from', text, NOW)).toThrow(
    expect.objectContaining({
      code: 'TAPMESH_QUERY_INVALID',
      message: expect.stringMatching(/^parameter from: /),
    }),
  )
})

test.each([
  ['now', 'now-1h'],
  ['now', 'now'],
  ['now-401d', 'now'],
  ['now', '2026-09-23T00:00:00Z'],
  ['1960-01-01T00:00:00Z', '1960-01-02T00:00:00Z'],
])('%s to %s is no window', (from, to) => {
  expect(() => parseWindow(from, to, NOW)).toThrow(expect.objectContaining({ code: 'TAPMESH_QUERY_INVALID' }))
})

test('times are written back with microseconds', () => {
  expect(rfc3339(NOW)).toBe('2026-09-21T14:13:20Z')
  expect(rfc3339(NOW + 42)).toBe('2026-09-21T14:13:20.000042Z')
  expect(graphWindow({ from_us: NOW - 10 * S, to_us: NOW })).toEqual({
    from: '2026-09-21T14:13:10Z',
    to: '2026-09-21T14:13:20Z',
    seconds: 10,
    covered_seconds: 10,
  })
})

test('rates are per the seconds since the first call, where that lies in the window', () => {
  const covered = (first_us: number): number =>
    graphWindow({ from_us: NOW - 300 * S, to_us: NOW }, first_us).covered_seconds
  expect(covered(NOW - 60 * S)).toBe(60)
  expect(covered(NOW - 400 * S)).toBe(300)
  expect(covered(NOW + 5 * S)).toBe(300)
  expect(covered(NOW - 10)).toBe(1)
})

test('the slices of any window meet without gap or overlap and widen it by little', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 * 86_400 }),
      fc.integer({ min: 0, max: 13 * 86_400 }),
      fc.integer({ min: 0, max: 86_399 * S }),
      (seconds, age_s, offset_us) => {
        const now = NOW + offset_us
        const to_us = now - age_s * S
        const span = { from_us: to_us - seconds * S, to_us }
        const plan = planWindow(span, now)
        const ordered = [...plan.slices].sort((a, b) => a.from_s - b.from_s)
        for (let index = 0; index < ordered.length; index++) {
          const slice = ordered[index]!
          expect(slice.to_s).toBeGreaterThan(slice.from_s)
          expect(slice.from_s % slice.step_s).toBe(0)
          if (index > 0) expect(slice.from_s).toBe(ordered[index - 1]!.to_s)
        }
        expect(plan.span.from_us).toBeLessThanOrEqual(span.from_us)
        expect(plan.span.to_us).toBeGreaterThanOrEqual(Math.min(span.to_us, now))
        expect(plan.span.to_us).toBeLessThanOrEqual(Math.max(now, span.to_us))
        // What is younger than the finest rollup's age is widened by the slack or one finest bucket at each end.
        if (age_s * S + seconds * S <= 86_400 * S) {
          const slack = Math.max(2 * ROUNDING_SHARE_MAX * seconds, seconds >= 900 ? 120 : 20) + 1
          expect((plan.span.to_us - plan.span.from_us) / S).toBeLessThanOrEqual(seconds + slack)
        }
      },
    ),
  )
})

test('a week is read by the day, its ends by the hour', () => {
  const steps = planWindow({ from_us: NOW - 7 * 86_400 * S, to_us: NOW }, NOW).slices.map(
    ({ step_s, from_s, to_s }) => [step_s, (to_s - from_s) / step_s],
  )
  expect(steps).toEqual([
    [86_400, 7],
    [3600, 10],
  ])
})

test('a quarter of an hour is read from one rollup', () => {
  for (let offset_s = 0; offset_s < 3600; offset_s += 7) {
    const now = NOW + offset_s * S
    const steps = planWindow({ from_us: now - 900 * S, to_us: now }, now).slices.map(({ step_s }) => step_s)
    expect(new Set(steps)).toEqual(new Set([60]))
  }
})

test('a series keeps to its number of points and reads a rollup that divides its step', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 86_400 }), (seconds) => {
      const { step_s, slice } = planSeries({ from_us: NOW - seconds * S, to_us: NOW }, NOW)
      expect(step_s % slice.step_s).toBe(0)
      expect((slice.to_s - slice.from_s) / step_s).toBeLessThanOrEqual(SERIES_POINTS_MAX + 2)
    }),
  )
})

test('slices become one SELECT a table with bounds as parameters', () => {
  const { sql, bound } = sliceRows(
    [
      { step_s: 60, from_s: 60, to_s: 120 },
      { step_s: 3600, from_s: 3600, to_s: 7200 },
      { step_s: 60, from_s: 180, to_s: 240 },
    ],
    'calls',
    'source = {source:String}',
  )
  expect(sql.match(/FROM tapmesh\.edge_\w+/g)).toEqual(['FROM tapmesh.edge_1h', 'FROM tapmesh.edge_1m'])
  expect(sql).not.toMatch(/3600|7200|240/)
  expect(bound).toEqual({ f0: 60, u0: 120, f1: 3600, u1: 7200, f2: 180, u2: 240 })
  expect(histogramOf([1, 5], [2, 3])).toEqual(
    new Map([
      [1, 2],
      [5, 3],
    ]),
  )
})
