import { COLUMNS, type Column, TEXT_BYTES_MAX } from '../../model/column.ts'
import { rowFault } from '../../model/row.ts'

/**
 * Checks the rows of a batch over its bytes, without making a string of a good row. It says yes to
 * exactly the lines that `rowFault` of model/row.ts says yes to (proven by a property test); a line
 * it refuses is read again the slow way for the reason. Blank lines are refused too: in the
 * embedded engine a blank line would end the data and what follows would run as SQL.
 */
export interface TimeBounds {
  /** Oldest and newest start of a call that may be stored, microseconds since 1970-01-01 UTC. */
  oldest_us: number
  newest_us: number
}

export interface BadRow {
  reason: string
  /** The line without its newline, cut. */
  line: string
}

export interface Checked {
  /** Rows that may be stored. */
  rows: number
  /** Their lines; the given buffer itself where every row is good. */
  lines: Buffer
  /** Lines of the batch, good and bad. */
  total: number
  bad: BadRow[]
}

const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const QUOTE = 0x27
const LINE_SAMPLE = 512

/** Byte -> 1 printable, 2 digit, 4 lower-case hex digit; a digit carries all three. */
const CLASSES = new Uint8Array(256)
for (let byte = 0x20; byte <= 0x7e; byte++) CLASSES[byte] = 1
for (let byte = 0x30; byte <= 0x39; byte++) CLASSES[byte] = 7
for (let byte = 0x61; byte <= 0x66; byte++) CLASSES[byte] = 5

type FieldCheck = (bytes: Buffer, start: number, end: number) => boolean

const uint =
  (max: number): FieldCheck =>
  (bytes, start, end) => {
    if (end === start || end - start > 16 || (bytes[start] === 0x30 && end - start > 1)) return false
    let value = 0
    for (let index = start; index < end; index++) {
      const digit = bytes[index]! - 0x30
      if (digit < 0 || digit > 9) return false
      value = value * 10 + digit
    }
    return value <= max
  }

const seconds = uint(9_999_999_999)

const micros: FieldCheck = (bytes, start, end) => {
  const point = end - 7
  if (point <= start || bytes[point] !== 0x2e || !seconds(bytes, start, point)) return false
  for (let index = point + 1; index < end; index++) if (!(CLASSES[bytes[index]!]! & 2)) return false
  return true
}

const hex =
  (digits: number, orEmpty: boolean): FieldCheck =>
  (bytes, start, end) => {
    if (end - start !== digits) return orEmpty && end === start
    let all = 4
    for (let index = start; index < end; index++) all &= CLASSES[bytes[index]!]!
    return all === 4
  }

/** Printable ASCII in which backslashes stand in pairs. */
const text =
  (max: number): FieldCheck =>
  (bytes, start, end) => {
    if (end - start > 2 * max) return false
    for (let index = start; index < end; index++) {
      const byte = bytes[index]!
      if (CLASSES[byte] === 0) return false
      if (byte === BACKSLASH) {
        index++
        if (index === end || bytes[index] !== BACKSLASH) return false
      }
    }
    return true
  }

function oneOf(values: readonly string[]): FieldCheck {
  const words = values.map((value) => Buffer.from(value, 'latin1'))
  return (bytes, start, end) => {
    for (const word of words) {
      if (word.length !== end - start) continue
      let index = 0
      while (index < word.length && word[index] === bytes[start + index]) index++
      if (index === word.length) return true
    }
    return false
  }
}

/** Place after the quoted string that starts at `at`, or -1 where none does. */
function afterQuoted(bytes: Buffer, at: number, end: number): number {
  if (at >= end || bytes[at] !== QUOTE) return -1
  for (let index = at + 1; index < end; index++) {
    if (bytes[index] === BACKSLASH) index++
    else if (bytes[index] === QUOTE) return index + 1
  }
  return -1
}

/** `['a','b']` or `{'k':'v'}`: quoted strings between brackets, `separators` in turn between them. */
const quotedBetween =
  (open: string, close: string, pairs: boolean): FieldCheck =>
  (bytes, start, end) => {
    const last = end - 1
    if (end - start < 2 || end - start > TEXT_BYTES_MAX) return false
    if (bytes[start] !== open.charCodeAt(0) || bytes[last] !== close.charCodeAt(0)) return false
    for (let index = start; index < end; index++) if (CLASSES[bytes[index]!] === 0) return false
    if (end - start === 2) return true
    for (let at = start + 1, count = 1; ; count++) {
      at = afterQuoted(bytes, at, last)
      if (at === -1) return false
      const value = !pairs || count % 2 === 0
      if (at === last) return value
      if (bytes[at] !== (value ? 0x2c : 0x3a)) return false
      at++
    }
  }

function checkOf(column: Column): FieldCheck {
  switch (column.kind) {
    case 'micros':
      return micros
    case 'uint':
      return uint(column.max)
    case 'hex':
      return hex(column.max, column.name === 'parent_span_id')
    case 'enum':
      return oneOf(column.values ?? [])
    case 'list':
      return quotedBetween('[', ']', false)
    case 'map':
      return quotedBetween('{', '}', true)
    case 'name':
    case 'text':
      return text(column.max)
  }
}

const CHECKS: readonly FieldCheck[] = COLUMNS.map(checkOf)
const WIDTH = CHECKS.length

/** True where the line from `start` to `end` (its newline, or the end of the bytes) may be stored. */
export function isGoodLine(bytes: Buffer, start: number, end: number): boolean {
  let from = start
  for (let place = 0; place < WIDTH - 1; place++) {
    let to = from
    while (to < end && bytes[to] !== TAB) to++
    if (to === end || !CHECKS[place]!(bytes, from, to)) return false
    from = to + 1
  }
  // A tab in the last field is refused with it: it is not printable.
  return CHECKS[WIDTH - 1]!(bytes, from, end)
}

/** Start of the call of a good line, microseconds. */
function startOf(bytes: Buffer, start: number): number {
  let value = 0
  for (let index = start; bytes[index] !== TAB; index++) {
    if (bytes[index] !== 0x2e) value = value * 10 + bytes[index]! - 0x30
  }
  return value
}

function reasonOf(bytes: Buffer, start: number, end: number, ended: boolean, bounds: TimeBounds): string {
  if (!ended) return 'the last line has no newline'
  const fault = rowFault(bytes.toString('latin1', start, end))
  if (fault) return fault
  const ts = startOf(bytes, start)
  if (ts < bounds.oldest_us) return 'ts: older than what the store keeps'
  return 'ts: too far in the future'
}

/** Checks a whole batch; see `Checked`. */
export function checkBatch(bytes: Buffer, bounds: TimeBounds): Checked {
  const bad: BadRow[] = []
  const good: Buffer[] = []
  let [total, keptFrom] = [0, 0]
  for (let start = 0; start < bytes.length; total++) {
    const found = bytes.indexOf(NEWLINE, start)
    const end = found === -1 ? bytes.length : found
    let fine = found !== -1 && isGoodLine(bytes, start, end)
    if (fine) {
      const ts = startOf(bytes, start)
      fine = ts >= bounds.oldest_us && ts <= bounds.newest_us
    }
    if (!fine) {
      const reason = reasonOf(bytes, start, end, found !== -1, bounds)
      bad.push({ reason, line: bytes.toString('latin1', start, Math.min(end, start + LINE_SAMPLE)) })
      if (start > keptFrom) good.push(bytes.subarray(keptFrom, start))
      keptFrom = end + 1
    }
    start = end + 1
  }
  if (bad.length === 0) return { rows: total, lines: bytes, total, bad }
  if (keptFrom < bytes.length) good.push(bytes.subarray(keptFrom))
  return { rows: total - bad.length, lines: Buffer.concat(good), total, bad }
}
