import { BlockWriter } from './block-writer.ts'
import type { CallRecord } from './call.ts'
import { blockType, COLUMNS, type Column, numberWidth, TEXT_BYTES_MAX } from './column.ts'

/**
 * Call records -> one block of rows, for what is a record already: spans, old batches, tests. A tap
 * writes the same blocks without making records (tap-proxy/ship/row-columns.ts).
 *
 * Texts of a block are printable ASCII: bytes outside 0x20..0x7e, and the backslash, are written as the
 * text `\xNN`, so a name can not break a log or a page.
 */

const HEX = '0123456789abcdef'

/** Makes any string printable ASCII: every byte outside 0x20..0x7e of its UTF-8 form, and the backslash, as `\xNN`. */
export function printable(value: string): string {
  if (/^[\x20-\x5b\x5d-\x7e]*$/.test(value)) return value
  let out = ''
  for (const byte of new TextEncoder().encode(value)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x5c
    out += plain ? String.fromCharCode(byte) : `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`
  }
  return out
}

/** A text as the column holds it: printable, and no longer than allowed. */
export function fitted(value: string, max: number): string {
  const text = printable(value)
  return text.length <= max ? text : `${text.slice(0, max - 5)}[cut]`
}

/** The record with every text as its column holds it. */
export function fittedRecord(record: CallRecord): CallRecord {
  const fit: Record<string, unknown> = {}
  for (const column of COLUMNS) fit[column.name] = fittedValue(column, record[column.name])
  return fit as unknown as CallRecord
}

/** A value as the column holds it: texts printable and cut, numbers within bounds. */
export function fittedValue(column: Column, value: unknown): unknown {
  switch (column.kind) {
    case 'micros':
    case 'uint':
      return Math.min(Math.max(0, Math.floor(Number(value)) || 0), column.max)
    case 'list':
      return fittedParts((value as readonly string[]).map((text) => [printable(text)] as const)).map(
        ([text]) => text,
      )
    case 'map':
      return Object.fromEntries(
        fittedParts(
          Object.entries(value as Record<string, string>).map(
            ([key, text]) => [printable(key), printable(text)] as const,
          ),
        ),
      )
    default:
      return fitted(String(value), column.max)
  }
}

/** The first parts that fit into a column together. */
function fittedParts<Part extends readonly string[]>(parts: readonly Part[]): Part[] {
  let bytes = 0
  return parts.filter((part) => {
    bytes += part.reduce((sum, text) => sum + text.length, 0)
    return bytes <= TEXT_BYTES_MAX
  })
}

/** One block of these records; empty where there are none. */
export function encodeRows(records: readonly CallRecord[]): Buffer {
  return encodeFitted(records.map(fittedRecord))
}

/** The same of records whose texts are as their columns hold them, such as those that came from a block. */
export function encodeFitted(records: readonly CallRecord[]): Buffer {
  if (records.length === 0) return Buffer.alloc(0)
  const writer = new BlockWriter()
  // What is empty in all rows is left out: whoever reads the block fills it in. Ids are never left out.
  const filled = COLUMNS.filter(
    ({ name, kind }) => kind === 'hex' || records.some((record) => !isEmpty(record[name])),
  )
  writer.begin(records.length, filled.length)
  for (const column of filled) writeColumn(writer, column, records)
  const { data, end } = writer.out
  return Buffer.from(data.buffer, data.byteOffset, end)
}

/** True for a text, list or map without content, which is the default of its column. */
function isEmpty(value: CallRecord[keyof CallRecord]): boolean {
  return value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

function writeColumn(writer: BlockWriter, column: Column, records: readonly CallRecord[]): void {
  const { name } = column
  const type = blockType(column)
  const values = records.map((record) => record[name])
  switch (column.kind) {
    case 'micros':
    case 'uint':
      writer.numbers(name, type, numberWidth(column), values as number[], records.length)
      break
    case 'list':
      writer.lists(name, type, values as string[][])
      break
    case 'map':
      writer.maps(name, type, values as Record<string, string>[])
      break
    default:
      if (type === 'String') writer.texts(name, type, values as string[])
      else writer.repeated(name, type, values as string[])
  }
}
