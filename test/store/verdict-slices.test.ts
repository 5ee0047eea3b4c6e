import { revisionBound, verdictParts } from '../../store/verdict-slices.ts'
import { NOW, SECOND } from '../support/mesh.ts'

test('windows are cut into hours and what remains, without gap or overlap', () => {
  const at_s = NOW / SECOND
  for (const [from_s, long_s] of [
    [at_s - 30, 30],
    [at_s - 5000, 5000],
    [at_s - 100_003, 100_000],
    [at_s - 400_000, 300_000],
    [at_s - 400_000, 400_000],
  ] as const) {
    const parts = verdictParts({ from_us: from_s * SECOND, to_us: (from_s + long_s) * SECOND }, NOW)
    for (const [index, part] of parts.entries()) {
      if (index > 0) expect(part.from_s).toBe(parts[index - 1]!.to_s)
      if (part.table === 'verdict_1h') expect([part.from_s % 3600, part.to_s % 3600]).toEqual([0, 0])
      else expect(part.from_s).toBeGreaterThan(at_s - 47 * 3600)
    }
    expect(parts[0]!.from_s).toBeLessThanOrEqual(from_s)
    expect(parts.at(-1)!.to_s).toBeGreaterThanOrEqual(from_s + long_s)
  }
})

test('a revision is an epoch and a number, and anything else is none', () => {
  expect(revisionBound('0123abcd.17')).toEqual({ epoch: '0123abcd', number: 17 })
  expect(revisionBound('x')).toEqual({ epoch: 'x', number: 0 })
})
