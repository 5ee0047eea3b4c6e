import { KINDS_MAX, Quarantine } from '../../../collector/ingest/quarantine.ts'

test('counts by tap and reason and keeps the first line of each kind', () => {
  const quarantine = new Quarantine()
  quarantine.add('tap', [
    { reason: 'no', line: 'one\tline' },
    { reason: 'no', line: 'other' },
  ])
  quarantine.addRows('tap', 7, 'refused')
  expect(quarantine.rows).toBe(9)
  expect(quarantine.takeLines(1000)).toBe('1.000\ttap\tno\t2\tone\\\\x09line\n1.000\ttap\trefused\t7\t\n')
  expect(quarantine.takeLines(1000)).toBe('')
})

test('kinds are bounded, rows past them are still counted', () => {
  const quarantine = new Quarantine()
  for (let kind = 0; kind < KINDS_MAX + 10; kind++)
    quarantine.add('tap', [{ reason: String(kind), line: '' }])
  const lines = quarantine.takeLines(0).trimEnd().split('\n')
  expect(lines).toHaveLength(KINDS_MAX + 1)
  expect(lines.at(-1)).toContain('too many kinds of bad rows\t10')
})
