import type { BatchHead } from '../../../collector/ingest/head.ts'
import { field, TAPS_MAX, Taps } from '../../../collector/ingest/taps.ts'
import { OTLP_TAP } from '../../../model/call.ts'

const head = (change: Partial<BatchHead> = {}): BatchHead => ({
  tap: 'orders@host',
  service: 'orders',
  version: '1',
  boot: '0'.repeat(16),
  seq: 1,
  rows: 1,
  now_us: 1_000_000_000,
  dropped: {},
  encoding: 'identity',
  format: 'blocks',
  bytes: 0,
  ...change,
})

test('adds rows up, and tells the skew of the clock by the batch that was least late', () => {
  const taps = new Taps()
  taps.saw(head({ now_us: 896_000_000 }), 5, 0, 900_000)
  taps.saw(head({ seq: 2, dropped: { overflow: 3 } }), 7, 1, 1_000_500)
  expect(taps.list()).toEqual([
    {
      tap: 'orders@host',
      service: 'orders',
      version: '1',
      boot: '0'.repeat(16),
      first_seen: '1970-01-01T00:15:00.000Z',
      last_seen: '1970-01-01T00:16:40.500Z',
      rows: 12,
      dropped: { overflow: 3 },
      gaps: 1,
      clock_skew_ms: -500,
    },
  ])
})

test('reports differences, and a tap in which nothing changed not at all', () => {
  const taps = new Taps()
  taps.saw(head({ dropped: { overflow: 3 } }), 5, 0, 1_000_000)
  expect(taps.takeLines(2_000_000).split('\t').slice(5, 10)).toEqual(['1', '5', '3', "{'overflow':3}", '0'])
  taps.saw(head({ rows: 0, dropped: { overflow: 3 } }), 0, 0, 3_000_000)
  expect(taps.takeLines(4_000_000)).toBe('')
  taps.saw(head({ seq: 2, dropped: { overflow: 4 } }), 2, 0, 5_000_000)
  expect(taps.takeLines(6_000_000).split('\t').slice(5, 8)).toEqual(['2', '2', '1'])
})

test('what comes by OTLP is written down, and is no tap', () => {
  const taps = new Taps()
  taps.saw(head(), 5, 0, 1_000_000)
  taps.saw(head({ tap: OTLP_TAP, service: OTLP_TAP }), 7, 0, 1_000_000)
  expect(taps.list().map(({ tap, rows }) => [tap, rows])).toEqual([['orders@host', 5]])
  const lines = taps.takeLines(2_000_000).trim().split('\n')
  expect(lines.map((line) => line.split('\t')[1])).toEqual(['orders@host', OTLP_TAP])
})

test('remembers a bounded number of taps', () => {
  const taps = new Taps()
  for (let tap = 0; tap < TAPS_MAX + 3; tap++) taps.saw(head({ tap: String(tap) }), 1, 0, 1)
  expect(taps.list()).toHaveLength(TAPS_MAX)
  expect(taps.forgotten).toBe(3)
})

test('a field holds no tab, newline or lone backslash', () => {
  expect(field('a\tb\nc\\d')).toBe('a\\\\x09b\\\\x0ac\\\\x5cd')
})
