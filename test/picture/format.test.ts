import {
  ageText,
  agoText,
  bytesText,
  countText,
  durationText,
  rateText,
  shareText,
  wholeText,
} from '../../picture/format.ts'

test.each([
  [0, '0 ms'],
  [640, '640 µs'],
  [999.6, '1 ms'],
  [2540, '2.54 ms'],
  [999_600, '1 s'],
  [1_250_000, '1.25 s'],
  [180_000_000, '3 min'],
  [Number.NaN, '–'],
])('a duration of %p µs reads %p', (us, text) => {
  expect(durationText(us)).toBe(text)
})

test.each([
  [0, '0 %'],
  [0.00001, '<0.01 %'],
  [0.0034, '0.34 %'],
  [0.121, '12 %'],
  [0.99999, '>99.99 %'],
  [1, '100 %'],
])('a share of %p reads %p: never 0 or 100 unless it is', (share, text) => {
  expect(shareText(share)).toBe(text)
})

test('rates, counts, bytes and ages', () => {
  expect(rateText(12.54)).toBe('12.5/s')
  expect(rateText(1234)).toBe('1.2k/s')
  expect(countText(0.004)).toBe('<0.01')
  expect(countText(12_345)).toBe('12.3k')
  expect(wholeText(1_234_567)).toBe('1\u202f234\u202f567')
  expect(bytesText(2540)).toBe('2.54 kB')
  expect(ageText(86_400 * 7)).toBe('7 d')
  expect(agoText(0.2)).toBe('just now')
})
