import { loadX509, serialNumber } from '../../identity/x509.ts'

test('loaded once', async () => {
  expect(await loadX509()).toBe(await loadX509())
})

test('serial numbers are positive, of full length, and never the same', () => {
  const made = Array.from({ length: 200 }, serialNumber)
  expect(made.every((text) => /^[4-7][0-9a-f]{31}$/.test(text))).toBe(true)
  expect(new Set(made).size).toBe(200)
})
