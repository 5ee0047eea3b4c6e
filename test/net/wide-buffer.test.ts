import { giveWide, takeWide } from '../../net/wide-buffer.ts'

test('a buffer given back is taken again; a huge one is made and let go', () => {
  const first = takeWide(10_000)
  giveWide(first)
  expect(takeWide(20_000)).toBe(first)
  const huge = takeWide(1_000_000)
  expect(huge.length).toBe(1_000_000)
  giveWide(huge)
  expect(takeWide(10_000)).not.toBe(huge)
})
