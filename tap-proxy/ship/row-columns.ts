import type { BlockWriter } from '../../model/block-writer.ts'
import type { CallRecord } from '../../model/call.ts'
import { blockType, COLUMNS, type Column, numberWidth, TEXT_BYTES_MAX } from '../../model/column.ts'
import { fittedValue } from '../../model/row.ts'
import type { CallDraft, CallParties } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import { RepeatedColumn, RepeatedNames } from './repeated-column.ts'
import { LENGTH_BYTES_MAX, writeText } from './text-column.ts'

/** Rows of one block. */
export const ROWS_MAX = 2048
/** Bytes of all paths of a block; a row is taken while the longest path still fits. */
const PATHS_BYTES = 131_072
/** An escape that is cut reaches past its end for a moment. */
const PATH_BYTES_MAX = LENGTH_BYTES_MAX + TEXT_BYTES_MAX + 4
const [TRACE_DIGITS, SPAN_DIGITS] = [32, 16]

/** Writes one column of the block, or says that it has nothing but its default. */
type WriteColumn = (writer: BlockWriter, column: Column) => void
const LEFT_OUT = undefined

/**
 * Calls as columns, in memory that is made once: a call writes its numbers, its ids, its path, and the
 * places of all that repeats. `seal` makes of them a block of rows (model/block-writer.ts).
 */
export class RowColumns {
  readonly #tap: string
  readonly #ts = new Float64Array(ROWS_MAX)
  readonly #duration_us = new Float64Array(ROWS_MAX)
  readonly #ttfb_us = new Float64Array(ROWS_MAX)
  readonly #request_bytes = new Float64Array(ROWS_MAX)
  readonly #response_bytes = new Float64Array(ROWS_MAX)
  readonly #tap_us = new Float64Array(ROWS_MAX)
  readonly #attempt = new Float64Array(ROWS_MAX)
  readonly #traces = Buffer.allocUnsafeSlow(ROWS_MAX * (1 + TRACE_DIGITS))
  readonly #spans = Buffer.allocUnsafeSlow(ROWS_MAX * (1 + SPAN_DIGITS))
  readonly #parents = Buffer.allocUnsafeSlow(ROWS_MAX * (1 + SPAN_DIGITS))
  readonly #paths = Buffer.allocUnsafeSlow(PATHS_BYTES)
  readonly #methods = new RepeatedNames(ROWS_MAX)
  readonly #parties = new RepeatedColumn<CallParties>(ROWS_MAX)
  readonly #routes = new RepeatedColumn<Route>(ROWS_MAX)
  readonly #status = new RepeatedColumn<string>(ROWS_MAX)
  readonly #outcome = new RepeatedColumn<string>(ROWS_MAX)
  readonly #response_flags = new RepeatedColumn<string>(ROWS_MAX)
  readonly #config_version = new RepeatedColumn<string>(ROWS_MAX)
  readonly #verdicts = new RepeatedColumn<CallRecord['verdicts']>(ROWS_MAX)
  readonly #attributes = new RepeatedColumn<CallRecord['attributes']>(ROWS_MAX)
  #parentsEnd = 0
  #pathsEnd = 0
  #rows = 0

  constructor(tap: string) {
    this.#tap = tap
  }

  get rows(): number {
    return this.#rows
  }

  /** True where no row may be written before the next `seal`. */
  get full(): boolean {
    return this.#rows === ROWS_MAX || PATHS_BYTES - this.#pathsEnd < PATH_BYTES_MAX
  }

  write(draft: CallDraft, route: Route): void {
    const row = this.#rows
    const { head } = draft
    this.#ts[row] = draft.ts
    this.#duration_us[row] = draft.duration_us
    this.#ttfb_us[row] = draft.ttfb_us
    this.#request_bytes[row] = draft.request_bytes
    this.#response_bytes[row] = draft.response_bytes
    this.#tap_us[row] = draft.tap_us
    this.#attempt[row] = draft.attempt
    this.#methods.add(row, head, draft.methodStart, draft.methodEnd)
    this.#parties.add(row, draft.parties)
    this.#routes.add(row, route)
    this.#status.add(row, draft.status)
    this.#outcome.add(row, draft.outcome)
    this.#response_flags.add(row, draft.response_flags)
    this.#config_version.add(row, draft.config_version)
    this.#verdicts.add(row, draft.verdicts)
    this.#attributes.add(row, draft.attributes)
    this.#writeIds(row, draft)
    const end = this.#pathsEnd
    this.#pathsEnd = writeText(this.#paths, end, head, draft.pathStart, draft.pathEnd, TEXT_BYTES_MAX)
    this.#rows = row + 1
  }

  #writeIds(row: number, { ids, parent, hasParent }: CallDraft): void {
    writeDigits(this.#traces, row * (1 + TRACE_DIGITS), ids, 0, TRACE_DIGITS)
    writeDigits(this.#spans, row * (1 + SPAN_DIGITS), ids, TRACE_DIGITS, SPAN_DIGITS)
    this.#parentsEnd = writeDigits(this.#parents, this.#parentsEnd, parent, 0, hasParent ? SPAN_DIGITS : 0)
  }

  /** Appends the rows as one block and begins again. */
  seal(writer: BlockWriter): void {
    const columns = this.#columns(this.#rows)
    const sent = COLUMNS.filter(({ name }) => columns[name] !== LEFT_OUT)
    writer.begin(this.#rows, sent.length)
    for (const column of sent) columns[column.name]?.(writer, column)
    this.#rows = 0
    this.#parentsEnd = 0
    this.#pathsEnd = 0
    for (const repeated of [
      this.#methods,
      this.#parties,
      this.#routes,
      this.#status,
      this.#outcome,
      this.#response_flags,
      this.#config_version,
      this.#verdicts,
      this.#attributes,
    ])
      repeated.clear()
  }

  /** How each column is written; a column that a tap does not know is left out. */
  #columns(rows: number): Readonly<Partial<Record<keyof CallRecord, WriteColumn | undefined>>> {
    const party = (name: keyof CallParties): WriteColumn | undefined =>
      texts(this.#parties, (parties) => parties[name], rows)
    return {
      ts: numbers(this.#ts, rows),
      duration_us: numbers(this.#duration_us, rows),
      ttfb_us: numbers(this.#ttfb_us, rows),
      trace_id: ready(this.#traces, rows * (1 + TRACE_DIGITS)),
      span_id: ready(this.#spans, rows * (1 + SPAN_DIGITS)),
      parent_span_id: ready(this.#parents, this.#parentsEnd),
      reporter: party('reporter'),
      source: party('source'),
      source_instance: party('source_instance'),
      source_zone: party('source_zone'),
      source_identity: party('source_identity'),
      source_evidence: party('source_evidence'),
      destination: party('destination'),
      destination_instance: party('destination_instance'),
      destination_zone: party('destination_zone'),
      destination_version: party('destination_version'),
      protocol: party('protocol'),
      method: texts(this.#methods, (text) => text, rows, PRINTED),
      route: texts(this.#routes, ({ text }) => text, rows, PRINTED),
      path: ready(this.#paths, this.#pathsEnd),
      status: texts(this.#status, (text) => text, rows),
      outcome: texts(this.#outcome, (text) => text, rows),
      response_flags: texts(this.#response_flags, (text) => text, rows),
      request_bytes: numbers(this.#request_bytes, rows),
      response_bytes: numbers(this.#response_bytes, rows),
      attempt: numbers(this.#attempt, rows),
      security: party('security'),
      verdicts: lists(this.#verdicts, rows),
      config_version: texts(this.#config_version, (text) => text, rows),
      tap: texts({ values: [this.#tap], places: new Uint16Array(rows) }, (text) => text, rows),
      tap_us: numbers(this.#tap_us, rows),
      attributes: maps(this.#attributes, rows),
    }
  }
}

/** Hex digits with their count in front. @returns where the next ones go */
function writeDigits(out: Buffer, start: number, from: Buffer, first: number, digits: number): number {
  let at = start
  out[at++] = digits
  for (let index = first; index < first + digits; index++) out[at++] = from[index]!
  return at
}

function numbers(values: Float64Array, rows: number): WriteColumn {
  return (writer, column) => writer.numbers(column.name, blockType(column), numberWidth(column), values, rows)
}

function ready(data: Buffer, bytes: number): WriteColumn {
  return (writer, column) => writer.ready(column.name, blockType(column), data.subarray(0, bytes))
}

interface Repeated<Value> {
  values: readonly Value[]
  places: Uint16Array
}

const PRINTABLE = /^[\x20-\x7e]*$/
/** Texts that are as their column holds them: what they escape must not be escaped again. */
const PRINTED = true

/** Texts that repeat. Several values may have the same text, as the zone of many callers. */
function texts<Value>(
  { values, places }: Repeated<Value>,
  textOf: (value: Value) => string,
  rows: number,
  printed = false,
): WriteColumn | undefined {
  const given = values.map(textOf)
  if (given.every((text) => text === '')) return LEFT_OUT
  return (writer, column) => {
    const known = new Map<string, number>()
    const placeOf = given.map((text) => {
      const place = known.get(text) ?? known.size
      known.set(text, place)
      return place
    })
    const fit = [...known.keys()].map((text) =>
      printed && text.length <= column.max && PRINTABLE.test(text)
        ? text
        : (fittedValue(column, text) as string),
    )
    const rowPlaces =
      known.size === values.length ? places : places.subarray(0, rows).map((place) => placeOf[place]!)
    writer.dictionary(column.name, blockType(column), fit, rowPlaces, rows)
  }
}

function lists({ values, places }: Repeated<CallRecord['verdicts']>, rows: number): WriteColumn | undefined {
  if (values.every((list) => list.length === 0)) return LEFT_OUT
  return (writer, column) => {
    const fit = values.map((list) => fittedValue(column, list) as string[])
    writer.lists(column.name, blockType(column), rowsOf(fit, places, rows))
  }
}

function maps({ values, places }: Repeated<CallRecord['attributes']>, rows: number): WriteColumn | undefined {
  if (values.every((map) => Object.keys(map).length === 0)) return LEFT_OUT
  return (writer, column) => {
    const fit = values.map((map) => fittedValue(column, map) as Record<string, string>)
    writer.maps(column.name, blockType(column), rowsOf(fit, places, rows))
  }
}

function rowsOf<Value>(values: readonly Value[], places: Uint16Array, rows: number): Value[] {
  return Array.from({ length: rows }, (_, row) => values[places[row]!]!)
}
