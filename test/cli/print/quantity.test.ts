import { ago, bytes, count, duration, rate, share } from '../../../cli/print/quantity.ts'

test.each([
  [0, '0 ms'],
  [420, '0.42 ms'],
  [8_140, '8.1 ms'],
  [99_960, '100 ms'],
  [312_400, '312 ms'],
  [999_600, '1.0 s'],
  [59_960_000, '1 min 0 s'],
  [125_000_000, '2 min 5 s'],
])('%d µs reads as %s', (us, text) => {
  expect(duration(us)).toBe(text)
})

test('a share that is not zero never reads as zero, one that is not all never as all', () => {
  expect([0, 0.0001, 0.012, 0.5, 0.9999, 1].map(share)).toEqual([
    '0 %',
    '<0.1 %',
    '1.2 %',
    '50 %',
    '99.9 %',
    '100 %',
  ])
})

test('rates, counts and bytes', () => {
  expect([0, 0.001, 1.234, 12.34, 1234].map(rate)).toEqual(['0/s', '<0.01/s', '1.23/s', '12.3/s', '1,234/s'])
  expect(count(1_234_567)).toBe('1,234,567')
  expect([0, 999, 1000, 1_500_000, 99_600_000].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.5 MB',
    '100 MB',
  ])
})

test('ages', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  expect(ago(null, now)).toBe('never')
  expect(ago('2026-01-01T23:59:57Z', now)).toBe('3 s ago')
  expect(ago('2026-01-01T22:00:00Z', now)).toBe('2 h ago')
})
