import type { BadRow } from './check.ts'
import { field } from './taps.ts'

/** Kinds of bad rows (tap and reason) kept until they are written; the rest is counted under one. */
export const KINDS_MAX = 200
const OVERFLOW = 'too many kinds of bad rows'

interface Kind {
  tap: string
  reason: string
  rows: number
  line: string
}

/** Rows that could not be stored: counted by tap and reason, with the first line of each kind. */
export class Quarantine {
  /** Rows put aside since the start. */
  rows = 0
  #kinds = new Map<string, Kind>()

  add(tap: string, bad: readonly BadRow[]): void {
    for (const { reason, line } of bad) this.addRows(tap, 1, reason, line)
  }

  /** Rows that are known by their number and reason, with one of their lines where there is one. */
  addRows(tap: string, rows: number, reason: string, line = ''): void {
    this.rows += rows
    const whole = `${tap}\0${reason}`
    const full = !this.#kinds.has(whole) && this.#kinds.size >= KINDS_MAX
    const key = full ? OVERFLOW : whole
    const kind = this.#kinds.get(key)
    if (kind) kind.rows += rows
    else this.#kinds.set(key, { tap: full ? '' : tap, reason: full ? OVERFLOW : reason, rows, line })
  }

  /** Lines for the table `quarantine`; asked again, only what came since. */
  takeLines(now_ms: number): string {
    let lines = ''
    for (const { tap, reason, rows, line } of this.#kinds.values()) {
      lines += `${(now_ms / 1000).toFixed(3)}\t${field(tap)}\t${field(reason)}\t${rows}\t${field(line)}\n`
    }
    this.#kinds = new Map()
    return lines
  }
}
