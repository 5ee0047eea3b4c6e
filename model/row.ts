import type { CallRecord } from './call.ts'
import type { Column } from './column.ts'
import { COLUMNS, TEXT_BYTES_MAX } from './column.ts'

/**
 * Call record <-> one row of a batch: a line of ClickHouse's TabSeparated format
 * (https://clickhouse.com/docs/interfaces/formats/TabSeparated), both directions side by side.
 *
 * `ts` is written as seconds with six decimals. Bytes outside 0x20..0x7e, the backslash, the tab
 * and the quote never stand raw in a field: they are written as the text `\xNN` with the backslash
 * escaped, so a row is always one line of printable ASCII and a name can not break a log or a page.
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

function escapeField(value: string): string {
  return value.includes('\\') ? value.replaceAll('\\', '\\\\') : value
}

function quoted(value: string): string {
  return `'${printable(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function cut(value: string, max: number): string {
  return value.length <= max ? value : `${value.slice(0, max - 5)}[cut]`
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
    case 'uint':
    case 'hex':
    case 'enum':
      return String(value)
    case 'name':
    case 'text':
      return escapeField(cut(printable(String(value)), column.max))
  }
}

/** One line, with its newline. */
export function encodeRow(record: CallRecord): string {
  return `${COLUMNS.map((column) => encodeField(column, record)).join('\t')}\n`
}

/** What is wrong with a line, in words for the quarantine, or undefined where it may be stored. */
export function rowFault(line: string): string | undefined {
  const fields = line.split('\t')
  if (fields.length !== COLUMNS.length) return `${fields.length} fields, ${COLUMNS.length} wanted`
  for (let index = 0; index < COLUMNS.length; index++) {
    const column = COLUMNS[index]!
    const fault = fieldFault(column, fields[index]!)
    if (fault) return `${column.name}: ${fault}`
  }
  return undefined
}

const UINT = /^(0|[1-9][0-9]{0,15})$/
const MICROS = /^(0|[1-9][0-9]{0,9})\.[0-9]{6}$/
const HEX_DIGITS = /^[0-9a-f]*$/
const PRINTABLE = /^[\x20-\x7e]*$/
const LIST = /^\[('([^'\\]|\\.)*'(,'([^'\\]|\\.)*')*)?\]$/
const MAP = /^\{('([^'\\]|\\.)*':'([^'\\]|\\.)*'(,'([^'\\]|\\.)*':'([^'\\]|\\.)*')*)?\}$/

function fieldFault(column: Column, field: string): string | undefined {
  switch (column.kind) {
    case 'micros':
      return MICROS.test(field) ? undefined : 'not seconds with six decimals'
    case 'uint':
      return UINT.test(field) && Number(field) <= column.max
        ? undefined
        : `not a whole number up to ${column.max}`
    case 'hex': {
      if (field.length === 0 && column.name === 'parent_span_id') return undefined
      return field.length === column.max && HEX_DIGITS.test(field)
        ? undefined
        : `not ${column.max} hex digits`
    }
    case 'enum':
      return column.values?.includes(field) ? undefined : 'not one of the known values'
    case 'list':
      return field.length <= TEXT_BYTES_MAX && PRINTABLE.test(field) && LIST.test(field)
        ? undefined
        : 'not a list'
    case 'map':
      return field.length <= TEXT_BYTES_MAX && PRINTABLE.test(field) && MAP.test(field)
        ? undefined
        : 'not a map'
    case 'name':
    case 'text':
      // An escaped backslash counts twice on the wire, hence the double length.
      if (field.length > 2 * column.max) return `longer than ${column.max} bytes`
      return PRINTABLE.test(field) && !/(^|[^\\])(\\\\)*\\([^\\]|$)/.test(field)
        ? undefined
        : 'a byte outside printable ASCII, or a lone backslash'
  }
}

function unquoteAll(field: string): string[] {
  return [...field.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1]!.replace(/\\(.)/g, '$1'))
}

/** Reads a line that `rowFault` passed back into a record; escaped bytes stay in their printable form. */
export function decodeRow(line: string): CallRecord {
  const fields = line.replace(/\n$/, '').split('\t')
  const record: Record<string, unknown> = {}
  COLUMNS.forEach((column, index) => {
    const field = fields[index] ?? ''
    if (column.kind === 'micros') record[column.name] = Number(field.replace('.', ''))
    else if (column.kind === 'uint') record[column.name] = Number(field)
    else if (column.kind === 'list') record[column.name] = unquoteAll(field)
    else if (column.kind === 'map') {
      const parts = unquoteAll(field)
      record[column.name] = Object.fromEntries(
        parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1] ?? '']] : [])),
      )
    } else record[column.name] = field.replaceAll('\\\\', '\\')
  })
  return record as unknown as CallRecord
}
