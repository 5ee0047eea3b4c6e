import { checkBatch } from '../../../collector/ingest/check.ts'
import { encodeFitted } from '../../../model/row.ts'
import { encodeLine } from '../../support/line.ts'
import { record } from '../../support/record.ts'

const NOW_US = record().ts
const BOUNDS = { oldest_us: NOW_US - 1_000_000, newest_us: NOW_US + 1_000_000 }

test('keeps the good rows around the bad ones, and says why', () => {
  const body = encodeFitted([
    record({ path: '/1' }),
    record({ path: '/2', source: '\u0001' }),
    record({ path: '/3' }),
    record({ span_id: '' }),
  ])
  const { rows, total, bad, blocks } = checkBatch(body, 'blocks', BOUNDS)
  expect({ rows, total }).toEqual({ rows: 2, total: 4 })
  expect(bad.map(({ reason }) => reason).sort()).toEqual([
    'source: a byte outside printable ASCII',
    'span_id: not 16 hex digits',
  ])
  expect(bad.map(({ line }) => line).join('\n')).toContain('"path":"/2"')
  expect([...blocks[0]!.faults.keys()].sort()).toEqual([1, 3])
})

test('lines of the release before are checked line by line', () => {
  const good = (path: string): string => encodeLine(record({ path }))
  const lines = `${good('/1')}\nx\ty\n${good('/2')}${good('/3').replace('\thttp\t', '\tsmtp\t')}${good('/4').trimEnd()}`
  const { rows, total, bad, blocks } = checkBatch(Buffer.from(lines), 'lines', BOUNDS)
  expect({ rows, total }).toEqual({ rows: 3, total: 6 })
  expect(bad.map(({ reason }) => reason)).toEqual([
    '1 fields, 32 wanted',
    '2 fields, 32 wanted',
    'the last line has no newline',
  ])
  expect([0, 1, 2].map((row) => blocks[0]!.record(row).protocol)).toEqual(['http', 'http', 'smtp'])
})

test.each(['blocks', 'lines'] as const)(
  'refuses calls older than the store keeps, and from the future: %s',
  (format) => {
    const calls = [NOW_US - 2_000_000, NOW_US, NOW_US + 2_000_000].map((ts) => record({ ts }))
    const body = format === 'blocks' ? encodeFitted(calls) : Buffer.from(calls.map(encodeLine).join(''))
    const { rows, bad } = checkBatch(body, format, BOUNDS)
    expect(rows).toBe(1)
    expect(bad.map(({ reason }) => reason)).toEqual([
      'ts: older than what the store keeps',
      'ts: too far in the future',
    ])
  },
)
