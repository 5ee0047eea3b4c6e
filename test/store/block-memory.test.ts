import { giveMemory, takeMemory } from '../../store/block-memory.ts'

test('what is given back is used again, and only while it is large enough', () => {
  const first = takeMemory(100_000)
  expect(first.length).toBeGreaterThanOrEqual(100_000)
  giveMemory(first.subarray(0, 10))
  expect(takeMemory(1_000_000).buffer).not.toBe(first.buffer)
  expect(takeMemory(90_000).buffer).toBe(first.buffer)
})

test('the same memory given twice is handed out once', () => {
  const memory = takeMemory(70_000)
  giveMemory(memory)
  giveMemory(memory)
  const again = takeMemory(70_000)
  expect(again.buffer).toBe(memory.buffer)
  expect(takeMemory(70_000).buffer).not.toBe(memory.buffer)
})

test('a piece of the pool that small buffers share is never taken for block memory', () => {
  const small = Buffer.from('a few bytes')
  giveMemory(small)
  expect(takeMemory(1).buffer).not.toBe(small.buffer)
})

test('no more than a few are kept, and none that is huge', () => {
  const huge = takeMemory(5_000_000)
  giveMemory(huge)
  expect(takeMemory(4_000_000).buffer).not.toBe(huge.buffer)
  const many = Array.from({ length: 9 }, () => takeMemory(1_500_000))
  for (const memory of many) giveMemory(memory)
  const again = Array.from({ length: 9 }, () => takeMemory(1_500_000))
  const known = new Set(many.map((memory) => memory.buffer))
  expect(again.filter((memory) => known.has(memory.buffer))).toHaveLength(4)
})
