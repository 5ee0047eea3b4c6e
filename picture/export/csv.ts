import type { Graph, GraphEdge } from '../../model/graph.ts'

/** Columns of the CSV, one row an edge. */
export const CSV_COLUMNS = [
  'source',
  'destination',
  'protocol',
  'reporter',
  'source_evidence',
  'calls',
  'errors',
  'client_errors',
  'rate',
  'error_rate',
  'p50_us',
  'p95_us',
  'p99_us',
  'ttfb_p50_us',
  'request_bytes',
  'response_bytes',
  'other_side_calls',
  'traced',
  'health',
] as const satisfies readonly (keyof GraphEdge)[]

/**
 * One cell by RFC 4180. A text that a spreadsheet would run as a formula (it starts with = + - @,
 * a tab or a return) gets an apostrophe before it.
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The edges as CSV with a header line; lines end with CRLF (RFC 4180 section 2). */
export function csvOf(graph: Graph): string {
  const rows = graph.edges.map((edge) => CSV_COLUMNS.map((name) => csvCell(edge[name])).join(','))
  return [CSV_COLUMNS.join(','), ...rows, ''].join('\r\n')
}
