/**
 * What a panel asks, apart from how it looks in Grafana. Each dashboard is one list of questions, and
 * both of its variants come from it: those with PromQL make the Prometheus one, those with SQL the
 * ClickHouse one.
 */

/** How an answer is drawn. */
export type Look = 'line' | 'stack' | 'stat' | 'table' | 'heatmap' | 'nodes' | 'logs'

/** A page of tapmesh that shows the same. */
export type Page = 'map' | 'service' | 'edge' | 'calls' | 'status'

export interface PrometheusTarget {
  expr: string
  /** Name of a line: text with `{{label}}`; in a table the title of the column. */
  legend: string
}

export interface ClickHouseTarget {
  sql: string
}

export interface Question {
  title: string
  /** What it says and what to do about it. */
  description: string
  /** Grafana's id of the unit of all its numbers, or of a table's numbers that `units` leaves out. */
  unit: string
  look: Look
  /** Columns of the 24 of a row. */
  width: number
  /** Rows of the grid, where it is not the look's own. */
  height?: number
  page: Page
  /** Of columns of a table, by name. */
  units?: Readonly<Record<string, string>>
  /**
   * Where both stand, the first PromQL target says the same as the first column of numbers of the
   * SQL targets, the second as the second, and their labels are its columns of text.
   */
  prometheus?: readonly PrometheusTarget[]
  clickhouse?: readonly ClickHouseTarget[]
}

/** A choice of one value at the head of a dashboard. */
export interface Choice {
  name: string
  label: string
  /** `one` value, or `many` with "All". */
  /** A query for its values, or the values; left out of a variant that has none. */
  prometheus?: string | readonly string[]
  clickhouse?: string | readonly string[]
}

export interface Board {
  /** Part of the uid and of the file's name. */
  id: string
  title: string
  description: string
  choices: readonly Choice[]
  questions: readonly Question[]
}
