import { reportOf } from '../../../loadtest/bench/report.ts'
import { resultsOf } from './support/results-of.ts'

const saturation = resultsOf(
  'saturation',
  [
    { subject: 'nginx', quantity: 'cpu_us_per_call', rounds: [10, 20, 15] },
    { subject: 'nginx', quantity: 'calls_per_s', rounds: [80_000, 81_000, 82_000] },
    { subject: 'tap', quantity: 'cpu_us_per_call', rounds: [8, 16, 12] },
  ],
  { skipped: [{ subject: 'haproxy', reason: 'not installed' }] },
)

test('each measure has its table, with the ratio of each round and its spread', () => {
  const text = reportOf([saturation])
  expect(text).toContain('## Title of saturation')
  expect(text).toContain('| nginx | 15 (10–20) | 1 | 81,000 |')
  expect(text).toContain('| tap | 12 (8–16) | 0.8 |')
})

test('the targets are judged, and what was not measured says so', () => {
  const text = reportOf([saturation])
  expect(text).toContain('| 0.8 | <= 0.9 | <= 0.8 | ✅ aim |')
  expect(text).toMatch(/UI bundle, gzip \| - \| <= 60 \| {2}\| not measured/)
})

test('skipped peers, versions, machine and each command once are in it', () => {
  const text = reportOf([saturation])
  expect(text).toContain('Skipped: haproxy (not installed).')
  expect(text).toContain('3 rounds of 4 s; nginx 1.22.1.')
  expect(text).toContain('Some CPU, 2 cores, 24 GiB, Linux 6.1, Node 24.0.0')
  expect(text).toContain('Load average 0.2 before it began; 5 % of the time')
  expect(text.match(/wrk -c 64/g)).toHaveLength(1)
})

test('a quick run is marked as meaning nothing', () => {
  const quick = { names: [], rounds: 1, seconds: 1, quick: true, full: false, peers: [] }
  expect(reportOf([{ ...saturation, options: quick }])).toContain('A quick run: these figures mean nothing.')
})

test('without any results there is still a report', () => {
  expect(reportOf([])).toContain('none yet')
})

test('failed calls are said in words, because a failure is cheap', () => {
  const failing = resultsOf('saturation', [{ subject: 'tap', quantity: 'errors', rounds: [0, 31] }])
  expect(reportOf([failing])).toContain(
    '**Failed calls, so that these figures are not to be compared:** tap 0, 31.',
  )
  expect(reportOf([saturation])).not.toContain('Failed calls')
})

test('a missed target is named again with its reason', () => {
  const slow = resultsOf('bundle', [{ subject: 'ui', quantity: 'gzip_kb', rounds: [99] }])
  expect(reportOf([slow])).toContain('Missed:\n\n- UI bundle, gzip: the reason is not known yet.')
  expect(reportOf([saturation])).not.toContain('Missed:')
})
