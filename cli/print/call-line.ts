import type { Call } from '../../graph-api/contract.ts'
import { duration, timeOfDay } from './quantity.ts'
import type { Style } from './style.ts'
import type { TableColumn } from './table.ts'
import { plain, table } from './table.ts'

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

/** One call on one line, for the live tail; columns have fixed places so that the eye can follow. */
export function callLine(call: Call, style: Style): string {
  const status = paintOutcome(style, call.outcome)(plain(statusOf(call)).padEnd(7))
  const edge = `${plain(call.source)} -> ${plain(call.destination)}`.padEnd(36)
  const what = `${plain(call.method)} ${plain(call.path)}`
  return [
    style.dim(timeOfDay(call.ts)),
    call.reporter.padEnd(6),
    edge,
    status,
    duration(call.duration_us).padStart(8),
    what,
    style.dim(call.trace_id.slice(0, 8)),
  ].join('  ')
}
