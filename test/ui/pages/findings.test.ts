import { findingsOf } from '../../../ui/pages/findings.ts'
import { statusAnswer } from '../../support/fake-answers.ts'
import { shop } from '../../support/fake-graph.ts'

const well = () => {
  const status = statusAnswer(shop(), 1000, { store_error: null, tapped: [], newest: null })
  for (const tap of status.taps) tap.dropped = {}
  return status
}

test('all is well where nothing is lost, silent or off', () => {
  expect(findingsOf(well(), Date.now())).toEqual([])
})

test('each trouble is named once, the worst first, with what to do', () => {
  const status = well()
  const [one, two, three] = status.taps
  one!.dropped = { overflow: 12, refused: 1 }
  two!.clock_skew_ms = -2000
  three!.last_seen = new Date(Date.now() - 60_000).toISOString()
  three!.gaps = 1
  status.ingest.quarantined_rows = 3
  const found = findingsOf(status, Date.now())
  expect(found.map(({ severity }) => severity)).toEqual(['bad', 'warn', 'warn', 'warn', 'warn'])
  const text = found.map(({ what }) => what).join('\n')
  expect(text).toContain('is silent for 60 s')
  expect(text).toContain('dropped 13 rows (overflow, refused)')
  expect(text).toContain('1 batch of tap')
  expect(text).toMatch(/is 2.000 ms off/)
  expect(found.every(({ advice }) => advice.endsWith('.'))).toBe(true)
})

test('a store that does not work is told in its own words, its backlog beside it', () => {
  const status = statusAnswer(shop(), 1000, { store_error: 'disk full', tapped: [], newest: null })
  expect(findingsOf(status, Date.now())[0]).toMatchObject({
    severity: 'bad',
    what: 'The store is not working: disk full',
  })
})
