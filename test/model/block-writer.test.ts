import { readBlocks } from '../../model/block-reader.ts'
import { BlockWriter } from '../../model/block-writer.ts'
import { encodeFitted } from '../../model/row.ts'
import { record } from '../support/record.ts'

/** A block of three rows with its own form of the column `source`. */
function withSource(rows: number, write: (writer: BlockWriter) => void): Buffer {
  const [block] = readBlocks(encodeFitted(Array.from({ length: rows }, () => record())))
  const writer = new BlockWriter(new Uint8Array(8))
  const others = block!.columns.filter((column) => column && column.column.name !== 'source')
  writer.begin(rows, others.length + 1)
  for (const column of others) writer.ready(column!.column.name, column!.type, column!.data)
  write(writer)
  return Buffer.from(writer.out.written)
}

const TYPE = 'LowCardinality(String)'
const sources = (body: Buffer) => {
  const [block] = readBlocks(body)
  return Array.from({ length: block!.rows }, (_, row) => block!.record(row).source)
}

test('texts that repeat are written once, with places as wide as they must be', () => {
  const few = withSource(3, (writer) => writer.dictionary('source', TYPE, ['a', 'b'], [1, 0, 1], 3))
  expect(sources(few)).toEqual(['b', 'a', 'b'])
  const names = Array.from({ length: 300 }, (_, index) => `s${index}`)
  const many = withSource(300, (writer) => writer.repeated('source', TYPE, names))
  expect(sources(many)).toEqual(names)
})

test('plain texts are read as well', () => {
  expect(sources(withSource(2, (writer) => writer.texts('source', 'String', ['', 'x'])))).toEqual(['', 'x'])
})

test('numbers are clamped, never wrapped', () => {
  const writer = new BlockWriter()
  writer.numbers('n', 'UInt8', 1, [-5, 300, Number.NaN, 7.9], 4)
  expect([...writer.out.written.subarray(-4)]).toEqual([0, 255, 0, 7])
  writer.numbers('n', 'UInt16', 2, [258, 70_000], 2)
  expect([...writer.out.written.subarray(-4)]).toEqual([2, 1, 255, 255])
})
