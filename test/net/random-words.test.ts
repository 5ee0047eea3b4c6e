import { randomWords } from '../../net/random-words.ts'

test('words use all their bits and do not repeat', () => {
  const words = [...randomWords(10_000)]
  expect(words).toHaveLength(10_000)
  expect(words.reduce((seen, word) => (seen | word) >>> 0, 0)).toBe(0xffffffff)
  expect(words.reduce((seen, word) => (seen & word) >>> 0, 0xffffffff)).toBe(0)
  // 10,000 of 2^32 meet once in a hundred runs; ten meetings mean a broken source.
  expect(new Set(words).size).toBeGreaterThan(9_990)
})
