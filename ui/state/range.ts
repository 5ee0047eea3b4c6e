import { computed } from '@preact/signals'
import { queryValue, setQuery } from './location.ts'

/** The time range in the URL: `range=live|5m|15m|…`, or `from` and `to` in RFC 3339. */

export const RANGES = ['live', '5m', '15m', '1h', '6h', '24h', '7d'] as const
export type RangeName = (typeof RANGES)[number]

export interface Range {
  name: RangeName | 'custom'
  from: string
  to: string
  /** True where the window moves with the clock. */
  follows: boolean
}

/** Window of the live map: short enough to show a change, long enough to hold some calls. */
export const LIVE_WINDOW = '5m'

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/

export function rangeOf(query: URLSearchParams): Range {
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? '']
  if (INSTANT.test(from) && INSTANT.test(to) && from < to) return { name: 'custom', from, to, follows: false }
  const asked = query.get('range') ?? 'live'
  const name = RANGES.find((it) => it === asked) ?? 'live'
  return { name, from: `now-${name === 'live' ? LIVE_WINDOW : name}`, to: 'now', follows: true }
}

/** Changes with its own parameters only, so that a pan or a find text asks for nothing again. */
export const range = computed(() =>
  rangeOf(new URLSearchParams(['range', 'from', 'to'].map((name) => [name, queryValue(name)]))),
)

/** A range that follows the clock. */
export function chooseRange(name: RangeName): void {
  setQuery({ range: name === 'live' ? undefined : name, from: undefined, to: undefined }, false)
}

/** A fixed window; both ends RFC 3339 in UTC. */
export function chooseWindow(from: string, to: string): void {
  setQuery({ range: undefined, from, to }, false)
}

export const RANGE_WORDS: Record<RangeName, string> = {
  live: 'Live',
  '5m': 'Last 5 minutes',
  '15m': 'Last 15 minutes',
  '1h': 'Last hour',
  '6h': 'Last 6 hours',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
}

const pad = (value: number): string => String(value).padStart(2, '0')

/** `2026-08-20 09:30:12` in the reader's own time zone. */
export function localText(instant: string | number, seconds = true): string {
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return '–'
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}${seconds ? `:${pad(at.getSeconds())}` : ''}`
}

/** `09:30:12.345` in the reader's own time zone. */
export function clockText(instant: string | number, millis = true): string {
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return '–'
  const clock = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`
  return millis ? `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}` : clock
}
