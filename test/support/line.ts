import { LINE_COLUMN_NAMES } from '../../collector/ingest/line.ts'
import { Bytes } from '../../model/bytes.ts'
import type { CallRecord } from '../../model/call.ts'
import { blockType, COLUMNS, type Column } from '../../model/column.ts'
import { fitted, printable } from '../../model/row.ts'

/** Rows as release 0.1 wrote them: one line of TabSeparated a call. */

function quoted(value: string): string {
  return `'${printable(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function encodeField(column: Column, record: CallRecord): string {
  const value = record[column.name]
  switch (column.kind) {
    case 'micros': {
      const digits = String(value).padStart(7, '0')
      return `${digits.slice(0, -6)}.${digits.slice(-6)}`
    }
    case 'list':
      return `[${(value as readonly string[]).map(quoted).join(',')}]`
    case 'map':
      return `{${Object.entries(value as Record<string, string>)
        .map(([key, text]) => `${quoted(key)}:${quoted(text)}`)
        .join(',')}}`
    case 'name':
    case 'text':
      return fitted(String(value), column.max).replaceAll('\\', '\\\\')
    default:
      return String(value)
  }
}

/** One line, with its newline. */
export function encodeLine(record: CallRecord): string {
  const columns = LINE_COLUMN_NAMES.map((name) => COLUMNS.find((column) => column.name === name)!)
  return `${columns.map((column) => encodeField(column, record)).join('\t')}\n`
}

/** A block as release 0.1 wrote it into its write-ahead log: every text as it is, no dictionaries. */
export function plainBlock(
  calls: readonly CallRecord[],
  names: readonly string[] = LINE_COLUMN_NAMES,
): Buffer {
  const out = new Bytes()
  out.varint(names.length)
  out.varint(calls.length)
  for (const name of names) {
    const column = COLUMNS.find((one) => one.name === name)!
    const type = blockType(column).replaceAll('LowCardinality(String)', 'String')
    out.text(name)
    out.text(type)
    for (const call of calls) {
      const value = call[column.name]
      if (typeof value === 'string') out.text(value)
      else out.uint(typeof value === 'number' ? value : 0, type === 'UInt8' ? 1 : type === 'UInt32' ? 4 : 8)
    }
  }
  return Buffer.from(out.written)
}
