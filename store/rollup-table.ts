import { FAILED_OUTCOMES } from '../model/outcome.ts'
import { DATABASE, type Table, type TableColumn } from './tables.ts'

/** How a rollup is made: its columns, each with where it comes from, its table and the view that fills it. */

export interface RollupColumn extends TableColumn {
  /** Expression over `calls`. */
  first: string
  /** Expression over the rollup one level below. */
  next: string
}

const bucketOf = (column: string, perOctave: number): string =>
  `toUInt16(floor(log2(greatest(${column}, 1)) * ${perOctave}))`

const histogramType = 'SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))'

export function key(name: string, sentence: string): RollupColumn {
  return { name, type: 'LowCardinality(String) CODEC(ZSTD(1))', first: name, next: name, sentence }
}

export function total(name: string, first: string, sentence: string): RollupColumn {
  const type = 'SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))'
  return { name, type, first, next: `sum(${name})`, sentence }
}

export function histogram(
  name: string,
  of: string,
  perOctave: number,
  condition: string,
  sentence: string,
): RollupColumn {
  const one = `map(${bucketOf(of, perOctave)}, toUInt64(1))`
  const first = condition === '' ? `sumMap(${one})` : `sumMapIf(${one}, ${condition})`
  return { name, type: histogramType, first, next: `sumMap(${name})`, sentence }
}

/** Condition over `calls`: those that failed, by model/outcome.ts. */
export const FAILED = `outcome IN (${FAILED_OUTCOMES.map((outcome) => `'${outcome}'`).join(', ')})`

export interface Rollup extends Table {
  /** Table it is filled from. */
  from: string
  /** Statement of its materialized view, without placement. */
  select: string
}

/** @param spread clause after `FROM calls` that makes several rows of a call, or none */
export function rollup(
  name: string,
  from: string,
  step: string,
  keys: readonly RollupColumn[],
  signals: readonly RollupColumn[],
  partition: string,
  spread = '',
): Rollup {
  const fromCalls = from === 'calls'
  const expression = (column: RollupColumn): string => {
    const text = fromCalls ? column.first : column.next
    return text === column.name ? text : `${text} AS ${column.name}`
  }
  const names = keys.map((column) => column.name).join(', ')
  // The source is qualified because an alias may bear the name of the column it is made from.
  const select = [
    `SELECT toStartOfInterval(${fromCalls ? 'toDateTime(ts)' : 't'}, INTERVAL ${step}) AS ${fromCalls ? 't' : 'step'},`,
    `  ${[...keys, ...signals].map(expression).join(',\n  ')}`,
    `FROM ${DATABASE}.${from}${fromCalls ? spread : ''} GROUP BY ${fromCalls ? 't' : 'step'}, ${names}`,
  ].join('\n')
  return {
    name,
    from,
    select: fromCalls ? select : `SELECT step AS t, * EXCEPT step FROM (${select})`,
    columns: [
      {
        name: 't',
        type: "DateTime('UTC') CODEC(DoubleDelta, ZSTD(1))",
        sentence: `Start of the ${step.toLowerCase()}.`,
      },
      ...keys,
      ...signals,
    ],
    engine: 'AggregatingMergeTree',
    partition,
    order: `t, ${names}`,
    time: 't',
    sentence: `Golden signals by ${step.toLowerCase()}.`,
  }
}
