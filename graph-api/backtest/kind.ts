import { type CallRecord, EMPTY_RECORD } from '../../model/call.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { Span } from '../query/window.ts'
import { type Scope, WITHIN } from './scope.ts'
import type { Shape } from './shape.ts'

/** Calls that no feature can tell apart, with one of them to be judged for all. */

/** What features and notes go by. */
const KIND_COLUMNS = [
  'ts',
  'duration_us',
  'ttfb_us',
  'source',
  'source_identity',
  'source_evidence',
  'destination',
  'destination_instance',
  'destination_zone',
  'protocol',
  'method',
  'route',
  'path',
  'status',
  'outcome',
  'response_flags',
  'request_bytes',
  'attempt',
  'security',
] as const

export type KindCall = Pick<CallRecord, (typeof KIND_COLUMNS)[number]> & { finding: string }

export interface Kind {
  call: KindCall
  calls: number
  first_us: number
  last_us: number
  /** Number of the step of time, where steps were asked for. */
  step: number
  /** Where one of the calls can be found (samples.ts). */
  sample: string
  hash: number
  /** What makes it this kind; the same for the same hash, unless two kinds collide. */
  key: string
}

/** Kinds read at a time. */
export const KINDS_MAX = 200_000

interface KindRow extends Record<string, unknown> {
  calls: number
  first_us: number
  last_us: number
  step: number
  hash: number
}

function kindOf(row: KindRow, aliases: readonly string[]): Kind {
  const call: Record<string, unknown> = {}
  // A column that no feature of the policy goes by has the value of an empty record.
  for (const name of KIND_COLUMNS) call[name] = row[`k_${name}`] ?? row[`one_${name}`] ?? EMPTY_RECORD[name]
  call['finding'] = row['k_finding'] ?? ''
  // Where paths are not looked at one by one, any of them stands for its template.
  if (row['k_path'] === '') call['path'] = row['one_path']
  call['ts'] = row.first_us
  const { calls, first_us, last_us, step, hash } = row
  const key = aliases.map((alias) => row[alias]).join('\x1f')
  return {
    call: call as unknown as KindCall,
    calls,
    first_us,
    last_us,
    step,
    sample: `@${first_us}`,
    hash,
    key,
  }
}

/** Columns that a stretch between thresholds stands for: any value of the kind does. */
const STRETCHES = {
  s_duration_us: 'duration_us',
  s_ttfb_us: 'ttfb_us',
  s_request_bytes: 'request_bytes',
  k_path: 'path',
}

/** 64 bits of the kind of a row: grouping by one number takes half the time of grouping by names. */
function wideHash({ keys }: Shape, seed: number): string {
  return `cityHash64(${seed}, ${[...keys.values()].join(', ')})`
}

/** The lower 32 bits, by which a call is sent here; the same in every statement with the same shape and seed. */
export function hashSql(shape: Shape, seed: number): string {
  return `toUInt32(${wideHash(shape, seed)})`
}

export interface KindQuery {
  scope: Scope
  shape: Shape
  span: Span
  /** Length of a step, microseconds; 0 for one step. */
  step_us: number
  /** Chosen anew for each back-test, so that nobody can prepare names whose numbers are the same. */
  seed: number
}

/**
 * Kinds of the calls in a span, most calls first, at most KINDS_MAX.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readKinds(store: Store, query: KindQuery): Promise<Kind[]> {
  const { scope, shape, span, step_us, seed } = query
  const keys = [...shape.keys].map(([alias, sql]) => `any(${sql}) AS ${alias}`)
  const ones = Object.entries(STRETCHES)
    .filter(([alias]) => shape.keys.has(alias))
    .map(([, name]) => `any(${name}) AS one_${name}`)
  const aliases = [...shape.keys.keys()]
  const step =
    step_us === 0
      ? 'toUInt32(0)'
      : 'toUInt32(intDiv(toUnixTimestamp64Micro(ts) - {start_us:Int64}, {step_us:Int64}))'
  const rows = await store.read<KindRow>(
    `SELECT ${[...keys, ...ones].join(', ')}, ${step} AS step, ${wideHash(shape, seed)} AS wide, toUInt32(wide) AS hash,
       count() AS calls, toUnixTimestamp64Micro(min(ts)) AS first_us, toUnixTimestamp64Micro(max(ts)) AS last_us
     FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where}
     GROUP BY wide, step ORDER BY calls DESC, first_us, last_us LIMIT ${KINDS_MAX}`,
    {
      ...scope.bound,
      ...shape.bound,
      ...span,
      ...(step_us === 0 ? {} : { start_us: scope.span.from_us, step_us }),
    },
  )
  return rows.map((row) => kindOf(row, aliases))
}
