import { CLASS, COLON, equalsIgnoreCase, TOKEN } from '../byte-class.ts'
import { FAULT, type FaultId } from './fault.ts'
import { NAMES } from './names.ts'

/** Fields of a head at most, whatever the settings say; the tables below have this many places. */
export const FIELDS_CAP = 1000

/** Everything the pass over the fields finds out; one object is used again for every head. */
export class FieldTable {
  fault: FaultId = FAULT.none
  /** First rule that a watching parser saw broken although the message's framing is beyond doubt. */
  finding: FaultId = FAULT.none
  count = 0
  /** Offset of each field's first byte; entry `count` is the offset of the empty line. */
  readonly starts = new Int32Array(FIELDS_CAP + 1)
  /** 1 where the field is not to be forwarded. */
  readonly dropped = new Uint8Array(FIELDS_CAP + 1)
  anyDropped = false

  lengths = 0
  /** Value of Content-Length, -1 where there is none. */
  length = -1
  /** False where framing fields are legal but not in their plain form: they are then written anew (Q5). */
  canonical = true
  codings = 0

  hosts = 0
  hostStart = 0
  hostEnd = 0
  hostField = -1

  close = false
  keepAlive = false
  /** Connection names `upgrade`. */
  upgradeOption = false
  /** Connection names a field that is not one of the well known; they are looked up after the pass. */
  namesOthers = false
  options = 0
  /** Upgrade is there, and whether it is exactly `websocket`. */
  upgrades = 0
  websocket = false
  /** Place of the last Upgrade's value. */
  upgradeStart = 0
  upgradeEnd = 0
  expectContinue = false

  traceparents = 0
  traceparentStart = 0
  traceparentEnd = 0
  tracestates = 0
  /** Place of the first tracestate's value. */
  tracestateStart = 0
  tracestateEnd = 0
  /** True for a response: two equal lengths are then made one instead of refused (S1). */
  readonly response: boolean
  /** True for a parser that only watches: it notes what has one meaning for every reader, and refuses the rest. */
  readonly watching: boolean

  constructor(response: boolean, watching = false) {
    this.response = response
    this.watching = watching
  }

  /** A broken rule that leaves the framing clear. @returns true where parsing goes on */
  note(fault: FaultId): boolean {
    if (!this.watching) {
      this.fault = fault
      return false
    }
    if (this.finding === FAULT.none) this.finding = fault
    return true
  }

  reset(): void {
    this.fault = FAULT.none
    this.finding = FAULT.none
    this.count = 0
    this.anyDropped = false
    this.lengths = 0
    this.length = -1
    this.canonical = true
    this.codings = 0
    this.hosts = 0
    this.hostField = -1
    this.close = false
    this.keepAlive = false
    this.upgradeOption = false
    this.namesOthers = false
    this.options = 0
    this.upgrades = 0
    this.websocket = false
    this.expectContinue = false
    this.traceparents = 0
    this.tracestates = 0
  }

  drop(field: number): void {
    this.dropped[field] = 1
    this.anyDropped = true
  }
}

/** After the pass: fields that Connection names are marked, except those that carry framing or routing. */
export function dropNamedFields(bytes: Uint8Array, table: FieldTable): void {
  for (let field = 0; field < table.count; field++) {
    const start = table.starts[field]!
    if (!equalsIgnoreCase(bytes, start, NAMES.connection, nameLength(bytes, start))) continue
    const stop = table.starts[field + 1]! - 2
    let at = start + NAMES.connection.length + 1
    while (at < stop) {
      const from = at
      while (at < stop && (CLASS[bytes[at]!]! & TOKEN) !== 0) at++
      const name = bytes.subarray(from, at)
      if (at > from && !isKept(name))
        dropFields(
          bytes,
          name.map((byte) => byte | 0x20),
          table,
        )
      at++
    }
  }
}

/** Marks every field of that name, given in lower case, as not to be forwarded. */
export function dropFields(bytes: Uint8Array, wanted: Uint8Array, table: FieldTable): void {
  for (let field = 0; field < table.count; field++) {
    const start = table.starts[field]!
    if (equalsIgnoreCase(bytes, start, wanted, nameLength(bytes, start))) table.drop(field)
  }
}

/** Never dropped by request of a peer: they say where a message ends and whom it is for (Q35). */
function isKept(name: Uint8Array): boolean {
  const { length } = name
  return (
    equalsIgnoreCase(name, 0, NAMES.contentLength, length) ||
    equalsIgnoreCase(name, 0, NAMES.transferEncoding, length) ||
    equalsIgnoreCase(name, 0, NAMES.host, length)
  )
}

export function nameLength(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== COLON) at++
  return at - start
}
