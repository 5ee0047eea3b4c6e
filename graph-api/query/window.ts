import { TapmeshError } from '../../model/error.ts'

/** A span of time, microseconds since 1970 UTC; `to_us` is exclusive. */
export interface Span {
  from_us: number
  to_us: number
}

export const WINDOW_DEFAULT = 'now-15m'
/** Rollups by the hour are kept 400 days; a longer window could not be answered. */
export const WINDOW_SECONDS_MAX = 400 * 86_400
export const WINDOW_SECONDS_MIN = 1

const US = 1_000_000
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const RELATIVE = /^now(?:-(\d{1,7})([smhdw]))?$/
/** RFC 3339 section 5.6 with a time zone; lower-case `t` and `z` and a blank are allowed there too. */
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/

/** @throws TapmeshError TAPMESH_QUERY_INVALID that names the parameter. */
export function invalid(parameter: string, what: string, hint: string): TapmeshError {
  return new TapmeshError('TAPMESH_QUERY_INVALID', `parameter ${parameter}: ${what}`, hint)
}

const TIME_HINT = 'Write an RFC 3339 time such as 2026-05-01T12:00:00Z, or now, now-15m, now-7d.'

/**
 * One moment: `now`, `now-15m` (units s m h d w) or RFC 3339 with its zone.
 * @param now_us wall clock, microseconds @returns microseconds since 1970
 * @throws TapmeshError TAPMESH_QUERY_INVALID
 */
export function parseMoment(parameter: string, text: string, now_us: number): number {
  const relative = RELATIVE.exec(text)
  if (relative) {
    const back_s = relative[1] === undefined ? 0 : Number(relative[1]) * UNIT_SECONDS[relative[2]!]!
    return now_us - back_s * US
  }
  if (!RFC3339.test(text)) throw invalid(parameter, 'is not a time', TIME_HINT)
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? []
  const milliseconds = Date.parse(text.toUpperCase().replace(' ', 'T').replace(/\.\d+/, ''))
  if (!Number.isFinite(milliseconds)) throw invalid(parameter, 'is not a day of the calendar', TIME_HINT)
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

/**
 * The window of a request; default the last 15 minutes.
 * @throws TapmeshError TAPMESH_QUERY_INVALID where a bound is no time, the window is empty or turned
 * around, longer than WINDOW_SECONDS_MAX, or lies before 1970 or more than a day ahead
 */
export function parseWindow(from: string | undefined, to: string | undefined, now_us: number): Span {
  const span = {
    from_us: parseMoment('from', from ?? WINDOW_DEFAULT, now_us),
    to_us: parseMoment('to', to ?? 'now', now_us),
  }
  if (span.from_us < 0) throw invalid('from', 'lies before 1970', TIME_HINT)
  if (span.to_us > now_us + 86_400 * US) throw invalid('to', 'lies more than a day ahead', TIME_HINT)
  const seconds = (span.to_us - span.from_us) / US
  if (seconds < WINDOW_SECONDS_MIN) {
    throw invalid(
      'from',
      'must lie at least a second before parameter to',
      'Swap the two, or move from back.',
    )
  }
  if (seconds > WINDOW_SECONDS_MAX) {
    throw invalid('from', 'lies more than 400 days before parameter to', 'Ask for a shorter window.')
  }
  return span
}

/** RFC 3339 in UTC with six decimals, or none where the moment is a whole second. */
export function rfc3339(us: number): string {
  const seconds = Math.floor(us / US)
  const rest = us - seconds * US
  const head = new Date(seconds * 1000).toISOString().slice(0, 19)
  return rest === 0 ? `${head}Z` : `${head}.${String(rest).padStart(6, '0')}Z`
}
