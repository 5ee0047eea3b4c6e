import { NAMES } from '../../../wire/http1/names.ts'

test('names are lower case and of the lengths the parser switches on', () => {
  const lengths = Object.values(NAMES).map((name) => name.length)
  expect([...new Set(lengths)].sort((a, b) => a - b)).toEqual([2, 4, 6, 7, 10, 11, 14, 16, 17])
  for (const name of Object.values(NAMES)) expect(Buffer.from(name).toString()).toMatch(/^[a-z0-9-]+$/)
})
