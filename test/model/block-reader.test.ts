import fc from 'fast-check'
import { readBlocks } from '../../model/block-reader.ts'
import { BlockWriter } from '../../model/block-writer.ts'
import type { CallRecord } from '../../model/call.ts'
import { encodeFitted } from '../../model/row.ts'
import { anyRecord, record } from '../support/record.ts'

const faultsOf = (change: Record<string, unknown>): string[] => {
  const [block] = readBlocks(encodeFitted([record(), record(change as Partial<CallRecord>), record()]))
  expect([...block!.faults.keys()].every((row) => row === 1)).toBe(true)
  expect(block!.good).toBe(block!.faults.size === 0 ? 3 : 2)
  return [...block!.faults.values()]
}

test.each([
  ['trace_id', 'ABCDEF0000000000ABCDEF0000000000', 'trace_id: not 32 hex digits'],
  ['span_id', '', 'span_id: not 16 hex digits'],
  ['parent_span_id', '0', 'parent_span_id: not 16 hex digits'],
  ['source', 'a\u0001b', 'source: a byte outside printable ASCII'],
  ['source', 'caf\u00e9', 'source: a byte outside printable ASCII'],
  ['source', 'x'.repeat(257), 'source: longer than 256 bytes'],
  ['path', 'a\tb', 'path: a byte outside printable ASCII'],
  ['path', 'x'.repeat(2049), 'path: longer than 2048 bytes'],
  ['verdicts', ['a\n'], 'verdicts: a byte outside printable ASCII'],
  ['verdicts', ['x'.repeat(2000), 'y'.repeat(100)], 'verdicts: longer than 2048 bytes'],
  ['attributes', { 'k\u007f': 'v' }, 'attributes: a byte outside printable ASCII'],
  ['attributes', { k: 'v\u0000' }, 'attributes: a byte outside printable ASCII'],
])('%s = %j is a fault of its row', (name, value, fault) => {
  expect(faultsOf({ [name]: value })).toEqual([fault])
})

test.each([
  ['parent_span_id', ''],
  ['path', 'x'.repeat(2048)],
  ['protocol', 'quic'],
  ['outcome', 'shed'],
  ['reporter', 'ebpf'],
  ['source_evidence', 'guess'],
  ['response_flags', 'ZZ,QQ'],
  ['verdicts', []],
])('%s = %j is stored', (name, value) => expect(faultsOf({ [name]: value })).toEqual([]))

/** The block of some records with columns taken out, put in, or of another type. */
function blockWith(
  records: readonly CallRecord[],
  change: Record<string, ((writer: BlockWriter) => void) | undefined>,
) {
  const [block] = readBlocks(encodeFitted(records))
  const writer = new BlockWriter()
  const kept = block!.columns.filter((column) => column && !(column.column.name in change))
  const added = Object.values(change).filter((write) => write !== undefined)
  writer.begin(records.length, kept.length + added.length)
  for (const column of kept) writer.ready(column!.column.name, column!.type, column!.data)
  for (const write of added) write(writer)
  return Buffer.from(writer.out.written)
}

test('a number above 2^53 is a fault, whatever its column holds', () => {
  const large = (writer: BlockWriter) =>
    writer.ready('duration_us', 'UInt64', Buffer.from([0, 0, 0, 0, 0, 0, 0x20, 0]))
  const [block] = readBlocks(blockWith([record()], { duration_us: large }))
  expect([...block!.faults.values()]).toEqual(['duration_us: not a whole number up to 9007199254740991'])
})

test('a column that is not known is skipped, also of an unknown type; one that is missing has its default', () => {
  const later = (writer: BlockWriter) => writer.ready('later', 'Variant(Later)', Buffer.from([9, 9, 9]))
  const [block] = readBlocks(blockWith([record({ attempt: 3 })], { attempt: undefined, later }))
  expect(block!.skipped).toEqual(['later'])
  expect(block!.record(0)).toEqual(record({ attempt: 1 }))
})

test('numbers of another width and texts of another form are read; a type that does not fit is skipped', () => {
  const wide = (writer: BlockWriter) => writer.numbers('attempt', 'UInt64', 8, [2], 1)
  const text = (writer: BlockWriter) => writer.texts('status', 'String', ['42P01'])
  const wrong = (writer: BlockWriter) => writer.texts('tap_us', 'String', ['12'])
  const [block] = readBlocks(blockWith([record()], { attempt: wide, status: text, tap_us: wrong }))
  expect(block!.record(0)).toMatchObject({ attempt: 2, status: '42P01', tap_us: 0 })
  expect([block!.skipped, block!.storable]).toEqual([['tap_us'], false])
})

test('a number too large for its column is a fault in a wider type', () => {
  const wide = (writer: BlockWriter) => writer.numbers('attempt', 'UInt64', 8, [256], 1)
  const [block] = readBlocks(blockWith([record()], { attempt: wide }))
  expect([...block!.faults.values()]).toEqual(['attempt: not a whole number up to 255'])
})

test('a block without times or ids is none: few bytes must not stand for many rows', () => {
  for (const name of ['ts', 'trace_id', 'span_id'])
    expect(() => readBlocks(blockWith([record()], { [name]: undefined }))).toThrow(/no times or ids/)
})

test('a body cut anywhere is malformed, or is the blocks that are whole', () => {
  const body = encodeFitted([record({ verdicts: ['a=b'], attributes: { k: 'v' } }), record()])
  for (let end = 1; end < body.length; end++)
    expect(() => readBlocks(body.subarray(0, end))).toThrow(
      expect.objectContaining({ code: 'TAPMESH_BATCH_MALFORMED' }),
    )
  expect(readBlocks(Buffer.concat([body, body])).map(({ rows }) => rows)).toEqual([2, 2])
})

test('whatever the bytes are, reading ends with a fault or with rows that may be stored', () => {
  const body = encodeFitted([
    record({ verdicts: ['a', 'b'], attributes: { k: 'v' } }),
    record({ path: '/x' }),
  ])
  const edits = fc.array(fc.tuple(fc.nat({ max: body.length - 1 }), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(edits, (changes) => {
      const broken = Buffer.from(body)
      for (const [at, byte] of changes) broken[at] = byte
      let blocks: ReturnType<typeof readBlocks> = []
      try {
        blocks = readBlocks(broken)
      } catch (error) {
        expect(error).toMatchObject({ code: 'TAPMESH_BATCH_MALFORMED' })
      }
      for (const block of blocks) {
        for (let row = 0; row < block.rows; row++) {
          if (block.faults.has(row)) continue
          const again = readBlocks(encodeFitted([block.record(row)]))[0]!
          expect([...again.faults.values()]).toEqual([])
          expect(JSON.stringify(block.record(row))).toMatch(/^[\x20-\x7e]*$/)
        }
      }
    }),
    { numRuns: 3000 },
  )
})

test('any bytes at all end the same way', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readBlocks(bytes)
      } catch (error) {
        expect(error).toMatchObject({ code: 'TAPMESH_BATCH_MALFORMED' })
      }
    }),
  )
})

test('the bytes of ids are found without making a record', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 4 }), (records) => {
      const [block] = readBlocks(encodeFitted(records.map((one) => ({ ...record(), ...one, path: '/' }))))
      const parents = block!.column('parent_span_id')!
      for (const [row, { parent_span_id }] of records.entries()) {
        const bytes = Buffer.from(parents.data.subarray(parents.startOf(row), parents.endOf(row)))
        expect(bytes.toString('latin1')).toBe(parent_span_id)
      }
    }),
  )
})
