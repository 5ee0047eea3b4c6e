import { batch, computed, effect, signal } from '@preact/signals'
import type { Graph, GraphSeriesAnswer } from '../../graph-api/contract.ts'
import { frameOf } from '../../picture/frame.ts'
import { ApiError, apiAddress, getJson } from '../data/api.ts'
import { graph } from '../data/live-graph.ts'
import { queryValue, setQuery } from '../state/location.ts'
import { range } from '../state/range.ts'

/**
 * The replay of a window: everything is fetched once, then each step is a picture of its own. The
 * URL holds the window and the step, so that a link shows the same moment.
 */

export const series = signal<GraphSeriesAnswer | undefined>(undefined)
export const seriesError = signal<ApiError | undefined>(undefined)
export const playing = signal(false)

/** Pictures a second. */
export const SPEEDS = [1, 4, 10] as const
export const speed = computed(() => SPEEDS.find((it) => String(it) === queryValue('speed')) ?? 4)

export const replaying = computed(() => queryValue('replay') !== '')

/** Index of the step on screen: the last one that begins by then. */
export const step = computed(() => {
  const found = series.value
  if (!found) return 0
  const at = Date.parse(queryValue('replay'))
  let index = 0
  found.steps.forEach((start, here) => {
    if (Date.parse(start) <= at) index = here
  })
  return index
})

/** The picture of the step, or undefined while nothing is replayed. */
export const frame = computed<Graph | undefined>(() => {
  const found = series.value
  if (!replaying.value || !found || found.steps.length === 0) return undefined
  return frameOf(found, step.value, graph.value)
})

/** Minutes replayed of each range; a live map shows more than its own short window. */
const MINUTES = { live: 15, '5m': 5, '15m': 15, '1h': 60, '6h': 360, '24h': 1440, '7d': 10_080, custom: 0 }

/** Seconds of calls there are, where the window on screen reaches back before the first one. */
function recordedSeconds(): number {
  const shown = graph.value?.window
  return shown && shown.covered_seconds < shown.seconds - 1 ? shown.covered_seconds : Infinity
}

/** Begins at the start of the window on screen; a window that follows the clock stands still from now on. */
export function openReplay(): void {
  const { name, from, to, follows } = range.value
  const end = follows ? Date.now() : Date.parse(to)
  const length_ms = 1000 * Math.min(MINUTES[name] * 60, recordedSeconds())
  const start = follows ? new Date(end - length_ms).toISOString() : from
  setQuery({ range: undefined, from: start, to: new Date(end).toISOString(), replay: start }, false)
}

/** Back to the live map. */
export function closeReplay(): void {
  playing.value = false
  setQuery({ replay: undefined, speed: undefined, from: undefined, to: undefined }, false)
}

export function showStep(index: number): void {
  const found = series.value
  const start = found?.steps[Math.min(Math.max(index, 0), found.steps.length - 1)]
  if (start) setQuery({ replay: start })
}

/** Plays from here, or from the start where the end is reached; stops where it plays. */
export function togglePlay(): void {
  const last = (series.value?.steps.length ?? 0) - 1
  if (!playing.value && step.value >= last) showStep(0)
  playing.value = !playing.value
}

/** Fetches what is to be replayed and moves the hand while it plays; call once. */
export function followReplay(): void {
  effect(() => {
    if (!replaying.value) {
      batch(() => {
        series.value = undefined
        playing.value = false
      })
      return
    }
    const { from, to } = range.value
    const stop = new AbortController()
    getJson<GraphSeriesAnswer>(apiAddress('graph/series', { from, to }), stop.signal).then(
      (answer) => {
        series.value = answer
        seriesError.value = undefined
      },
      (error: unknown) => {
        if (!stop.signal.aborted && error instanceof ApiError) seriesError.value = error
      },
    )
    return () => stop.abort()
  })
  effect(() => {
    if (!playing.value) return
    const timer = window.setInterval(() => {
      const last = (series.peek()?.steps.length ?? 1) - 1
      if (step.peek() >= last) playing.value = false
      else showStep(step.peek() + 1)
    }, 1000 / speed.value)
    return () => window.clearInterval(timer)
  })
}
