import { batch, signal } from '@preact/signals'
import type { Call, CallsAnswer, CallsEvent } from '../../graph-api/contract.ts'
import { ApiError, apiAddress, getJson } from './api.ts'
import { openStream } from './stream.ts'

/** The calls page's rows: pages of the past, and the live tail on top. */

/** Rows kept while the tail runs; older ones are one click away. */
export const TAIL_ROWS_MAX = 500
const PAGE_ROWS = '100'

export type Filters = Record<string, string>

export class CallsList {
  readonly rows = signal<readonly Call[]>([])
  readonly cursor = signal<string | null>(null)
  readonly loading = signal(false)
  readonly error = signal<ApiError | undefined>(undefined)
  /** Rows that the server left out because there were too many. */
  readonly skipped = signal(0)
  /** Rows that arrived while the reader paused. */
  readonly waiting = signal(0)
  readonly connected = signal(true)
  #held: Call[] = []
  #paused = false
  #close: (() => void) | undefined
  #stop = new AbortController()

  /** Loads the newest page for these filters and, with `tail`, follows. */
  open(filters: Filters, span: { from: string; to: string }, tail: boolean): void {
    this.close()
    this.#stop = new AbortController()
    this.#held = []
    batch(() => {
      this.skipped.value = 0
      this.waiting.value = 0
      this.cursor.value = null
      this.connected.value = true
    })
    void this.#load(filters, span, undefined)
    if (!tail) return
    this.#close = openStream(() => apiAddress('stream', { ...filters, calls: '1', graph: '0' }), {
      on: { calls: (data) => this.#arrive(data as CallsEvent) },
      rested: () => void this.#refill(filters, span),
      state: (up) => {
        // What came while nobody listened is in the store by now.
        if (up && !this.connected.value) void this.#refill(filters, span)
        this.connected.value = up
      },
    })
  }

  /** Appends the next older page. */
  older(filters: Filters, span: { from: string; to: string }): void {
    if (this.cursor.value !== null) void this.#load(filters, span, this.cursor.value)
  }

  pause(on: boolean): void {
    this.#paused = on
    if (on) return
    this.#prepend(this.#held)
    this.#held = []
    this.waiting.value = 0
  }

  close(): void {
    this.#stop.abort()
    this.#close?.()
    this.#close = undefined
  }

  #arrive({ calls, skipped }: CallsEvent): void {
    const newest_first = calls.toReversed()
    batch(() => {
      this.skipped.value += skipped
      if (this.#paused) {
        this.#held = [...newest_first, ...this.#held].slice(0, TAIL_ROWS_MAX)
        this.waiting.value += calls.length
      } else this.#prepend(newest_first)
    })
  }

  #prepend(calls: readonly Call[]): void {
    const known = new Set(this.rows.value.slice(0, TAIL_ROWS_MAX).map((call) => call.id))
    const fresh = calls.filter((call) => !known.has(call.id))
    if (fresh.length === 0) return
    const all = [...fresh, ...this.rows.value].sort((a, b) => (a.ts < b.ts ? 1 : a.ts > b.ts ? -1 : 0))
    this.rows.value = all.slice(0, TAIL_ROWS_MAX)
  }

  /** The newest page again; where it does not reach back to the rows shown, it replaces them. */
  async #refill(filters: Filters, { from, to }: { from: string; to: string }): Promise<void> {
    const { signal: stop } = this.#stop
    try {
      const address = apiAddress('calls', { ...filters, from, to, limit: PAGE_ROWS })
      const answer = await getJson<CallsAnswer>(address, stop)
      const known = new Set([...this.#held, ...this.rows.value].map((call) => call.id))
      const reaches = answer.next_cursor === null || answer.calls.some((call) => known.has(call.id))
      batch(() => {
        if (reaches)
          this.#arrive({ calls: answer.calls.filter((call) => !known.has(call.id)).toReversed(), skipped: 0 })
        else {
          this.#held = []
          this.waiting.value = 0
          this.rows.value = answer.calls
          this.cursor.value = answer.next_cursor
        }
        this.error.value = undefined
      })
    } catch {
      // The stream goes on; the next break fills up again.
    }
  }

  async #load(
    filters: Filters,
    { from, to }: { from: string; to: string },
    cursor: string | undefined,
  ): Promise<void> {
    const { signal: stop } = this.#stop
    this.loading.value = true
    try {
      const address = apiAddress('calls', { ...filters, from, to, limit: PAGE_ROWS, cursor })
      const answer = await getJson<CallsAnswer>(address, stop)
      batch(() => {
        const before = cursor === undefined ? [] : this.rows.value
        this.rows.value = [...before, ...answer.calls]
        this.cursor.value = answer.next_cursor
        this.error.value = undefined
        this.loading.value = false
      })
    } catch (error) {
      if (stop.aborted) return
      this.error.value =
        error instanceof ApiError ? error : new ApiError(0, 'TAPMESH_INTERNAL', String(error), '')
      this.loading.value = false
    }
  }
}
