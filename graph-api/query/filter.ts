import type { CallRecord, Protocol } from '../../model/call.ts'
import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import { printable } from '../../model/row.ts'
import type { BoundValue } from '../../store/store.ts'
import type { CallFilters } from '../schema/parameters.ts'
import { verdictPatterns } from './verdict-filter.ts'

/** Filters of /calls twice: as conditions of a query and as a predicate for the live tail. */

/**
 * Rows hold printable ASCII only (model/row.ts). A name as a person writes it is turned into that
 * form; one that is ASCII already, such as a name copied from an answer, stays as it is.
 */
export function storedForm(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : printable(value)
}

function outcomesOf(text: string): readonly string[] {
  return text === 'failed' ? FAILED_OUTCOMES : text.split(',')
}

const CLASS = /^[1-9]xx$/
const NAMED = ['source', 'destination', 'reporter', 'route', 'method', 'trace_id'] as const

/** Work inside a service is no call; asked for a trace, everything of it is shown. */
const INTERNAL: Protocol = 'internal'

/** Conditions joined by AND, at least one, with their parameters; no value stands in the text. */
export function filterSql(filters: CallFilters): { sql: string; bound: Record<string, BoundValue> } {
  const conditions: string[] = filters.trace_id === undefined ? [`protocol != '${INTERNAL}'`] : []
  const bound: Record<string, BoundValue> = {}
  for (const name of NAMED) {
    const value = filters[name]
    if (value === undefined) continue
    conditions.push(`${name} = {${name}:String}`)
    bound[name] = storedForm(value)
  }
  if (filters.status !== undefined) {
    const wide = CLASS.test(filters.status)
    conditions.push(wide ? 'match(status, {status:String})' : 'status = {status:String}')
    bound['status'] = wide ? `^${filters.status[0]}[0-9][0-9]$` : filters.status
  }
  if (filters.outcome !== undefined) {
    conditions.push('outcome IN {outcomes:Array(String)}')
    bound['outcomes'] = outcomesOf(filters.outcome)
  }
  if (filters.min_duration_us !== undefined) {
    conditions.push('duration_us >= {min_duration_us:UInt64}')
    bound['min_duration_us'] = filters.min_duration_us
  }
  if (filters.path !== undefined) {
    conditions.push('position(path, {path:String}) > 0')
    bound['path'] = storedForm(filters.path)
  }
  for (const [index, pattern] of verdictPatterns(filters).entries()) {
    conditions.push(`arrayExists(v -> match(v, {verdict${index}:String}), verdicts)`)
    bound[`verdict${index}`] = pattern
  }
  return { sql: conditions.join(' AND '), bound }
}

/** The same filters over records, for the live tail. */
export function filterPredicate(filters: CallFilters): (call: CallRecord) => boolean {
  const tests: ((call: CallRecord) => boolean)[] =
    filters.trace_id === undefined ? [(call) => call.protocol !== INTERNAL] : []
  for (const name of NAMED) {
    const value = filters[name]
    if (value === undefined) continue
    const wanted = storedForm(value)
    tests.push((call) => call[name] === wanted)
  }
  const { status, outcome, min_duration_us, path } = filters
  if (status !== undefined && CLASS.test(status)) {
    tests.push((call) => /^[0-9]{3}$/.test(call.status) && call.status[0] === status[0])
  } else if (status !== undefined) tests.push((call) => call.status === status)
  if (outcome !== undefined) {
    const outcomes = new Set(outcomesOf(outcome))
    tests.push((call) => outcomes.has(call.outcome))
  }
  if (min_duration_us !== undefined) tests.push((call) => call.duration_us >= min_duration_us)
  if (path !== undefined) {
    const wanted = storedForm(path)
    tests.push((call) => call.path.includes(wanted))
  }
  for (const pattern of verdictPatterns(filters).map((text) => new RegExp(text))) {
    tests.push((call) => call.verdicts.some((text) => pattern.test(text)))
  }
  return (call) => tests.every((test) => test(call))
}
