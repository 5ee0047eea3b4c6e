import type { Call } from '../../graph-api/contract.ts'
import type { Style } from '../terminal/style.ts'
import { duration, timeOfDay } from './quantity.ts'
import type { TableColumn } from './table.ts'
import { plain, shorten, table } from './table.ts'

/** Calls as lines: in a table when all are known, or one by one as they come. */

/** Green for done, yellow for the caller's mistake, red for a failure. */
export function paintOutcome(style: Style, outcome: string): (text: string) => string {
  if (outcome === 'ok') return style.green
  if (outcome === 'client_error' || outcome === 'denied') return style.yellow
  return style.red
}

function statusOf(call: Call): string {
  const flags = call.response_flags === '' ? '' : ` ${call.response_flags}`
  return `${call.status === '' ? call.outcome : call.status}${flags}`
}

export function callTable(calls: readonly Call[], style: Style, width: number): string[] {
  const columns: TableColumn[] = [
    { title: 'time (UTC)', paint: style.dim },
    { title: 'source', flexible: true },
    { title: 'destination', flexible: true },
    { title: 'side' },
    { title: 'method' },
    { title: 'path', flexible: true },
    { title: 'status', paint: (cell, row) => paintOutcome(style, row[8]!)(cell) },
    { title: 'duration', align: 'right' },
    { title: 'outcome' },
    { title: 'trace', paint: style.dim },
  ]
  const rows = calls.map((call) => [
    `${call.ts.slice(0, 10)} ${timeOfDay(call.ts)}`,
    call.source,
    call.destination,
    call.reporter,
    call.method,
    call.path,
    statusOf(call),
    duration(call.duration_us),
    call.outcome,
    call.trace_id,
  ])
  return table(columns, rows, width, style.bold)
}

/** From here on a duration stands out. */
const SLOW_US = 1_000_000
const EDGE_MIN = 20
const EDGE_MAX = 48
const STATUS_MIN = 7
const PATH_MIN = 12
/** What all columns but the edge and the path take. */
const FIXED = 61
const TRACE_DIGITS = 8

/**
 * Writes calls one by one, for the live tail. Columns have fixed places so that the eye can follow:
 * one that meets a longer text grows, up to a limit, and stays so; beyond it the text is cut.
 * @param width characters of the terminal, infinite where the output is none
 */
export function createCallLines(style: Style, width: () => number): (call: Call) => string {
  let edge_width = EDGE_MIN
  let status_width = STATUS_MIN
  return (call) => {
    const edge = `${plain(call.source)} -> ${plain(call.destination)}`
    const edge_max = Math.max(EDGE_MIN, Math.min(EDGE_MAX, width() - FIXED - PATH_MIN))
    edge_width = Math.min(edge_max, Math.max(edge_width, edge.length))
    const status = plain(statusOf(call))
    status_width = Math.max(status_width, status.length)
    const before = [timeOfDay(call.ts), call.reporter.padEnd(6), shorten(edge, edge_width).padEnd(edge_width)]
    const took = duration(call.duration_us).padStart(8)
    const taken = before.join('  ').length + status_width + took.length + TRACE_DIGITS + 8
    const method = plain(call.method)
    const room = Math.max(PATH_MIN, width() - taken - method.length - 1)
    return [
      style.dim(before[0]!),
      style.dim(before[1]!),
      before[2]!,
      paintOutcome(style, call.outcome)(status.padEnd(status_width)),
      call.duration_us >= SLOW_US ? style.yellow(took) : took,
      style.dim(call.trace_id.slice(0, TRACE_DIGITS)),
      `${style.cyan(method)} ${shorten(plain(call.path), room)}`,
    ].join('  ')
  }
}
