import { type CallRecord, EMPTY_RECORD } from '../../model/call.ts'
import { COLUMNS, type Column, TEXT_BYTES_MAX } from '../../model/column.ts'

/**
 * Rows as releases up to 0.1 sent them: a line of TabSeparated for each call, in a fixed order of columns,
 * `x-tapmesh-row-version: 1`. Their taps are served until two releases after it.
 */

/** The columns of that version in their order; what was added since has its default. */
export const LINE_COLUMN_NAMES: readonly string[] = [
  'ts',
  'duration_us',
  'ttfb_us',
  'trace_id',
  'span_id',
  'parent_span_id',
  'reporter',
  'source',
  'source_instance',
  'source_zone',
  'source_identity',
  'source_evidence',
  'destination',
  'destination_instance',
  'destination_zone',
  'destination_version',
  'protocol',
  'method',
  'route',
  'path',
  'status',
  'outcome',
  'response_flags',
  'request_bytes',
  'response_bytes',
  'attempt',
  'security',
  'verdicts',
  'config_version',
  'tap',
  'tap_us',
  'attributes',
]
const LINE_COLUMNS = LINE_COLUMN_NAMES.map((name) => COLUMNS.find((column) => column.name === name)!)

/** What is wrong with a line, in words for the quarantine, or undefined where it may be stored. */
export function lineFault(line: string): string | undefined {
  const fields = line.split('\t')
  if (fields.length !== LINE_COLUMNS.length) return `${fields.length} fields, ${LINE_COLUMNS.length} wanted`
  for (let index = 0; index < LINE_COLUMNS.length; index++) {
    const column = LINE_COLUMNS[index]!
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
    case 'list':
      return field.length <= TEXT_BYTES_MAX && PRINTABLE.test(field) && LIST.test(field)
        ? undefined
        : 'not a list'
    case 'map':
      return field.length <= TEXT_BYTES_MAX && PRINTABLE.test(field) && MAP.test(field)
        ? undefined
        : 'not a map'
    case 'enum':
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

/** Reads a line that `lineFault` passed back into a record; escaped bytes stay in their printable form. */
export function decodeLine(line: string): CallRecord {
  const fields = line.replace(/\n$/, '').split('\t')
  const record: Record<string, unknown> = { ...EMPTY_RECORD }
  LINE_COLUMNS.forEach((column, index) => {
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
