import { batch, effect, signal } from '@preact/signals'
import type { Graph } from '../../graph-api/contract.ts'
import { applyDelta, type GraphDelta } from '../../model/graph-delta.ts'
import { LIVE_WINDOW, range } from '../state/range.ts'
import { ApiError, apiAddress, getJson } from './api.ts'
import { again } from './resource.ts'
import { openStream } from './stream.ts'

/** The graph of the chosen window, as a signal: by stream while live, by polling else. */

export const graph = signal<Graph | undefined>(undefined)
export const graphError = signal<ApiError | undefined>(undefined)
/** False while the stream or the last request is broken; the last picture stays. */
export const connected = signal(true)
/** When the newest graph arrived, milliseconds. */
export const arrived = signal(0)
/** Reasons to hold the picture still (a drag, the pause button); the newest graph waits. */
export const holding = signal<ReadonlySet<string>>(new Set())

/** Graphs that arrived while the picture was held still. */
export const missed = signal(0)

let waiting: Graph | undefined
/** The newest graph, shown or waiting: what the next delta builds on. */
let newest: Graph | undefined
/** Id of the event that `newest` came with. */
let newest_id = ''

function show(next: Graph): void {
  batch(() => {
    arrived.value = Date.now()
    connected.value = true
    graphError.value = undefined
    newest = next
    if (holding.value.size > 0) {
      waiting = next
      missed.value++
    } else graph.value = next
  })
}

/** Holds the picture still, or lets it go on; `reason` is whoever asks. */
export function hold(reason: string, on: boolean): void {
  if (holding.value.has(reason) === on) return
  const next = new Set(holding.value)
  if (on) next.add(reason)
  else next.delete(reason)
  batch(() => {
    holding.value = next
    if (next.size > 0) return
    missed.value = 0
    if (waiting) graph.value = waiting
    waiting = undefined
  })
}

function fail(error: unknown): void {
  batch(() => {
    connected.value = false
    graphError.value =
      error instanceof ApiError ? error : new ApiError(0, 'TAPMESH_INTERNAL', String(error), '')
  })
}

const POLL_MS = 5000

function poll(from: string, to: string, follows: boolean): () => void {
  const stop = new AbortController()
  let timer = 0
  const ask = async () => {
    try {
      show(await getJson<Graph>(apiAddress('graph', { from, to }), stop.signal))
    } catch (error) {
      if (stop.signal.aborted) return
      fail(error)
    }
    // A fixed window is asked again only while it could not be had.
    const more = follows || graph.value === undefined || !connected.value
    if (more && !stop.signal.aborted) timer = window.setTimeout(ask, POLL_MS)
  }
  void ask()
  return () => {
    stop.abort()
    window.clearTimeout(timer)
  }
}

function stream(): () => void {
  const stop = new AbortController()
  newest = undefined
  const address = () =>
    apiAddress('stream', { window: LIVE_WINDOW, deltas: '1', after: newest ? newest_id : undefined })
  const close = openStream(address, {
    on: {
      graph: (data, id) => {
        newest_id = id
        show(data as Graph)
      },
      delta: (data, id) => {
        if (!newest) return
        newest_id = id
        show(applyDelta(newest, data as GraphDelta))
      },
    },
    state: (up) => {
      connected.value = up
      if (up) return
      // A stream tells no reason; one plain request does.
      getJson(apiAddress('graph', { from: 'now-1m', to: 'now' }), stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted && !connected.value) fail(error)
      })
    },
  })
  return () => {
    stop.abort()
    close()
  }
}

/** Follows the range in the URL; call once. */
export function followGraph(): void {
  let shown = ''
  effect(() => {
    const { name, from, to, follows } = range.value
    again.value
    const asked = `${name} ${from} ${to}`
    if (shown !== '' && shown !== asked) graph.value = undefined
    shown = asked
    waiting = undefined
    return name === 'live' ? stream() : poll(from, to, follows)
  })
}
