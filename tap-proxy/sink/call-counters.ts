import { OTHER } from '../../model/call.ts'
import { isFailed } from '../../model/outcome.ts'
import { PROTOCOL_CATALOGUE, PROTOCOLS } from '../../model/protocol.ts'
import type { CallDraft, CallParties } from '../../protocol/call-draft.ts'
import type { RoutedSink } from './routed-sink.ts'

/** Counts on the way of a call: typed arrays only. /metrics turns them into text when it is asked. */

/** Upper bounds in microseconds: OpenTelemetry's for HTTP, and three below for local calls. */
export const DURATION_BOUNDS_US = [
  500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 750_000, 1_000_000,
  2_500_000, 5_000_000, 7_500_000, 10_000_000,
] as const
export const TAP_BOUNDS_US = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000] as const

/** Every method that is counted apart in some protocol. */
export const METHODS: readonly string[] = [
  ...new Set(PROTOCOLS.flatMap((name): readonly string[] => PROTOCOL_CATALOGUE[name].methods)),
  OTHER,
]
/**
 * `none` is a call without an answer; `ok` and `error` are answers whose status is not a number of HTTP,
 * by their outcome.
 */
export const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx', 'ok', 'error'] as const

/** Label sets of their own; callers and destinations past it are counted under `__other__`. */
const SERIES_MAX = 200
const PARTIES_MAX = 4096

/** Methods of one protocol as labels, `__other__` last, and as a head has them. */
interface MethodTable {
  readonly names: readonly string[]
  readonly bytes: readonly Buffer[]
}

function tableOf(methods: readonly string[]): MethodTable {
  return { names: [...methods, OTHER], bytes: methods.map((method) => Buffer.from(method)) }
}

const TABLES = new Map<string, MethodTable>(
  PROTOCOLS.map((name) => [name, tableOf(PROTOCOL_CATALOGUE[name].methods)]),
)
const NO_METHODS = tableOf([])
const OK_STATUS = STATUS_CLASSES.indexOf('ok')
const ERROR_STATUS = STATUS_CLASSES.indexOf('error')
const ZERO = 0x30

export interface CallSeries {
  reporter: string
  source: string
  destination: string
  protocol: string
  methods: MethodTable
  /** Names of methods × STATUS_CLASSES */
  calls: Float64Array
  failed: number
  /** One count for each bound, and one for what is above all. */
  durations: Float64Array
  duration_us: number
}

export class CallCounters implements RoutedSink {
  readonly #series = new Map<string, CallSeries>()
  readonly #parties = new Map<CallParties, CallSeries>()
  readonly tap = new Float64Array(TAP_BOUNDS_US.length + 1)
  tap_us = 0
  /** Calls counted under `__other__`. */
  overflowed = 0
  #lastParties: CallParties | undefined
  #lastSeries: CallSeries | undefined

  call(draft: CallDraft): void {
    const { parties, duration_us, tap_us } = draft
    const series = parties === this.#lastParties ? this.#lastSeries! : this.#seriesOf(parties)
    const method = methodIndex(series.methods.bytes, draft.head, draft.methodStart, draft.methodEnd)
    const failed = isFailed(draft.outcome)
    series.calls[method * STATUS_CLASSES.length + statusClass(draft.status, failed)]!++
    if (failed) series.failed++
    series.durations[bucketOf(DURATION_BOUNDS_US, duration_us)]!++
    series.duration_us += duration_us
    this.tap[bucketOf(TAP_BOUNDS_US, tap_us)]!++
    this.tap_us += tap_us
  }

  all(): Iterable<CallSeries> {
    return this.#series.values()
  }

  #seriesOf(parties: CallParties): CallSeries {
    let series = this.#parties.get(parties)
    if (series === undefined) {
      series = this.#find(parties.reporter, parties.source, parties.destination, parties.protocol)
      if (this.#parties.size >= PARTIES_MAX) this.#parties.clear()
      this.#parties.set(parties, series)
    }
    if (series.source === OTHER) this.overflowed++
    this.#lastParties = series.source === OTHER ? undefined : parties
    this.#lastSeries = series
    return series
  }

  #find(reporter: string, source: string, destination: string, protocol: string): CallSeries {
    const key = `${reporter}\n${source}\n${destination}\n${protocol}`
    const known = this.#series.get(key)
    if (known) return known
    if (this.#series.size >= SERIES_MAX && source !== OTHER)
      return this.#find(reporter, OTHER, OTHER, protocol)
    const methods = TABLES.get(protocol) ?? NO_METHODS
    const series: CallSeries = {
      reporter,
      source,
      destination,
      protocol,
      methods,
      calls: new Float64Array(methods.names.length * STATUS_CLASSES.length),
      failed: 0,
      durations: new Float64Array(DURATION_BOUNDS_US.length + 1),
      duration_us: 0,
    }
    this.#series.set(key, series)
    return series
  }
}

function bucketOf(bounds: readonly number[], value: number): number {
  let bucket = 0
  while (bucket < bounds.length && value > bounds[bucket]!) bucket++
  return bucket
}

/** Index into STATUS_CLASSES. */
function statusClass(status: string, failed: boolean): number {
  if (status === '') return 0
  const first = status.charCodeAt(0) - ZERO
  if (status.length === 3 && first >= 1 && first <= 5) return first
  return failed ? ERROR_STATUS : OK_STATUS
}

/** Index into `methods`, or their number; a method is compared as it is written (RFC 9110 section 9.1: case-sensitive). */
function methodIndex(methods: readonly Buffer[], head: Buffer, start: number, end: number): number {
  const length = end - start
  for (let index = 0; index < methods.length; index++) {
    const name = methods[index]!
    if (name.length !== length) continue
    let offset = 0
    while (offset < length && name[offset] === head[start + offset]) offset++
    if (offset === length) return index
  }
  return methods.length
}
