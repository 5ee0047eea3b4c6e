import fc from 'fast-check'
import { checkBatch } from '../../../collector/ingest/check.ts'
import { COLUMNS } from '../../../model/column.ts'
import { encodeRow, rowFault } from '../../../model/row.ts'
import { isGoodLine, rowBlock } from '../../../store/row-block.ts'
import { anyRecord, record } from '../../support/record.ts'

const NOW_US = record().ts
const BOUNDS = { oldest_us: NOW_US - 1_000_000, newest_us: NOW_US + 1_000_000 }
const ANY_TIME = { oldest_us: 0, newest_us: Number.MAX_SAFE_INTEGER }

const judged = (line: string): boolean => {
  return isGoodLine(Buffer.from(line, 'latin1'))
}

test('says yes to every row that the codec writes', () => {
  fc.assert(
    fc.property(anyRecord, (call) => {
      const line = encodeRow(call).slice(0, -1)
      expect(judged(line)).toBe(rowFault(line) === undefined)
    }),
    { numRuns: 300 },
  )
})

/** Texts that sit on the borders of the rules of some column. */
const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '00',
    '-1',
    '+1',
    '1.5',
    '256',
    '4294967296',
    '9007199254740991',
    '9007199254740992',
    '99999999999999999',
    '1e3',
  ),
  fc.constantFrom(
    '0.123456',
    '1700000000.123456',
    '1700000000.12345',
    '01700000000.000000',
    '.000000',
    '17000000000.000000',
    '1700000000,123456',
  ),
  fc.constantFrom(
    '[]',
    '[,]',
    "['a']",
    "['a',]",
    "['a','b']",
    "['a'b']",
    "['\\'']",
    "['\\']",
    '[',
    "['a':'b']",
    "['a\\\\']",
  ),
  fc.constantFrom(
    '{}',
    "{'a'}",
    "{'a':'b'}",
    "{'a':'b',}",
    "{'a':'b','c':'d'}",
    "{'a':'b':'c'}",
    "{'a','b'}",
    "{'\\}':''}",
  ),
  fc.constantFrom(
    '\\',
    '\\\\',
    'a\\nb',
    'a\\\\\\',
    '\\N',
    '\x00',
    '\r',
    '\x7f',
    'é',
    'http',
    'HTTP',
    'ok',
    'server',
    'mtls',
  ),
  fc.string({ unit: fc.constantFrom(..."\\'[]{},:a0f \t\x1f~"), maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefg'), minLength: 15, maxLength: 33 }),
  fc.nat({ max: 3 }).map((extra) => 'x'.repeat(2048 * 2 - 1 + extra)),
  fc.nat({ max: 3 }).map((extra) => 'x'.repeat(256 * 2 - 1 + extra)),
)

test('agrees with rowFault on rows with a field, or several, replaced', () => {
  const places = fc.array(fc.tuple(fc.nat({ max: COLUMNS.length - 1 }), nasty), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(places, (changes) => {
      const fields = encodeRow(record()).slice(0, -1).split('\t')
      for (const [place, text] of changes) fields[place] = text
      const line = fields.join('\t')
      expect([line, judged(line)]).toEqual([line, rowFault(line) === undefined])
    }),
    { numRuns: 4000 },
  )
})

test('agrees with rowFault on rows with bytes changed, put in, or left out', () => {
  const good = encodeRow(record({ verdicts: ["a'b"], attributes: { k: 'v\\' } })).slice(0, -1)
  const edit = fc.tuple(fc.nat({ max: good.length }), fc.nat({ max: 2 }), fc.nat({ max: 255 }))
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let line = good
      for (const [at, gone, byte] of edits)
        line = line.slice(0, at) + String.fromCharCode(byte) + line.slice(at + gone)
      line = line.replaceAll('\n', ' ')
      expect([line, judged(line)]).toEqual([line, rowFault(line) === undefined])
    }),
    { numRuns: 3000 },
  )
})

test('makes of good rows the block that the row codec of the store makes', () => {
  const bytes = Buffer.from(encodeRow(record()).repeat(3))
  const { block } = rowBlock(bytes)
  expect(checkBatch(bytes, BOUNDS)).toEqual({ rows: 3, total: 3, bad: [], places: [], block })
})

test('keeps the good rows around the bad ones, and says why', () => {
  const good = (path: string): string => encodeRow(record({ path }))
  const bytes = Buffer.from(
    `${good('/1')}\nx\ty\n${good('/2')}${good('/3').replace('\thttp\t', '\tsmtp\t')}${good('/4')}${good('/5').trimEnd()}`,
  )
  const { rows, total, block, bad } = checkBatch(bytes, BOUNDS)
  expect({ rows, total }).toEqual({ rows: 3, total: 7 })
  const kept = Buffer.from(good('/1') + good('/2') + good('/4'))
  expect(block.equals(rowBlock(kept).block)).toBe(true)
  expect(bad.map(({ reason }) => reason)).toEqual([
    `1 fields, ${COLUMNS.length} wanted`,
    `2 fields, ${COLUMNS.length} wanted`,
    'protocol: not one of the known values',
    'the last line has no newline',
  ])
})

test('never passes a blank line on: it would end the data and run the rest as SQL', () => {
  const attack = `${encodeRow(record())}\n\nDROP TABLE tapmesh.calls\n\n${encodeRow(record())}`
  const { rows, block, bad } = checkBatch(Buffer.from(attack), BOUNDS)
  expect(rows).toBe(2)
  expect(bad).toHaveLength(4)
  expect(block.includes('DROP')).toBe(false)
})

test('refuses calls older than the store keeps, and calls from the future', () => {
  const lines = [NOW_US - 2_000_000, NOW_US, NOW_US + 2_000_000]
    .map((ts) => encodeRow(record({ ts })))
    .join('')
  const { rows, bad } = checkBatch(Buffer.from(lines), BOUNDS)
  expect(rows).toBe(1)
  expect(bad.map(({ reason }) => reason)).toEqual([
    'ts: older than what the store keeps',
    'ts: too far in the future',
  ])
  expect(checkBatch(Buffer.from(lines), ANY_TIME).rows).toBe(3)
})
