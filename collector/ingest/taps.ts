import { OTLP_TAP } from '../../model/call.ts'
import { printable } from '../../model/row.ts'
import type { BatchHead } from './head.ts'

/** What is known of the taps that report here; the shape of `TapStatus` in graph-api/contract.ts. */
export interface TapReport {
  tap: string
  service: string
  version: string
  boot: string
  first_seen: string
  last_seen: string
  rows: number
  dropped: Record<string, number>
  gaps: number
  clock_skew_ms: number
}

interface Known extends TapReport {
  seq: number
  /** The latest differences of the clocks. A batch that was late makes a clock look behind, never ahead, so the largest is nearest the truth. */
  skews_ms: number[]
  /** As written to the table `taps` the last time. */
  written: { rows: number; lost: number; gaps: number }
  changed: boolean
}

/** Taps remembered; the one that was silent longest is forgotten first. */
export const TAPS_MAX = 5000
/** Differences of the clocks remembered for each tap. */
const SKEWS_MAX = 8

const total = (dropped: Readonly<Record<string, number>>): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0)

function noteSkew(known: Known, skew_ms: number): void {
  known.skews_ms.push(skew_ms)
  if (known.skews_ms.length > SKEWS_MAX) known.skews_ms.shift()
  known.clock_skew_ms = Math.max(...known.skews_ms)
}

export class Taps {
  /** By tap and boot, in order of last use. */
  readonly #known = new Map<string, Known>()
  /** Taps forgotten because of the limit. */
  forgotten = 0

  /** Notes a batch or heartbeat that came. */
  saw(head: BatchHead, rows: number, gaps: number, now_ms: number): void {
    const key = `${head.tap}\0${head.boot}`
    const now = new Date(now_ms).toISOString()
    const before = this.#known.get(key)
    this.#known.delete(key)
    const known: Known = before ?? {
      tap: head.tap,
      service: head.service,
      version: head.version,
      boot: head.boot,
      first_seen: now,
      last_seen: now,
      rows: 0,
      dropped: {},
      gaps: 0,
      clock_skew_ms: 0,
      seq: 0,
      skews_ms: [],
      written: { rows: 0, lost: 0, gaps: 0 },
      changed: false,
    }
    known.last_seen = now
    known.rows += rows
    known.gaps = gaps
    known.seq = Math.max(known.seq, head.seq)
    known.dropped = head.dropped
    if (head.now_us > 0) noteSkew(known, Math.round(head.now_us / 1000 - now_ms))
    if (!before || rows > 0 || total(head.dropped) !== known.written.lost) known.changed = true
    this.#known.set(key, known)
    if (this.#known.size > TAPS_MAX) {
      this.#known.delete(this.#known.keys().next().value!)
      this.forgotten++
    }
  }

  /** Without what came by OTLP: it is counted as a tap's rows are, and is none. */
  list(): TapReport[] {
    const taps = [...this.#known.values()].filter(({ tap }) => tap !== OTLP_TAP)
    return taps.map((known) => {
      const { seq: _seq, skews_ms: _skews, written: _written, changed: _changed, ...report } = known
      return { ...report, dropped: { ...report.dropped } }
    })
  }

  /** Lines for the table `taps`: what changed since they were asked for the last time. */
  takeLines(now_ms: number): string {
    let lines = ''
    for (const known of this.#known.values()) {
      if (!known.changed) continue
      known.changed = false
      const { written } = known
      const lost = total(known.dropped)
      const dropped = Object.entries(known.dropped).map(([reason, count]) => `'${reason}':${count}`)
      const fields = [
        (now_ms / 1000).toFixed(3),
        ...[known.tap, known.service, known.version, known.boot].map(field),
        known.seq,
        known.rows - written.rows,
        Math.max(0, lost - written.lost),
        `{${dropped.join(',')}}`,
        Math.max(0, known.gaps - written.gaps),
        known.clock_skew_ms,
      ]
      known.written = { rows: known.rows, lost, gaps: known.gaps }
      lines += `${fields.join('\t')}\n`
    }
    return lines
  }
}

/** A value that came from outside as a field of a TabSeparated line. */
export function field(value: string): string {
  return printable(value).replaceAll('\\', '\\\\')
}
