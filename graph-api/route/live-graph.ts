import { createHash } from 'node:crypto'
import type { Graph } from '../../model/graph.ts'

/** While calls arrive the graph is read this often, and rarely otherwise: calls also leave a window. */
export const READ_MS = 2000
export const QUIET_READ_MS = 10_000

/**
 * What stays the same while nothing new is counted: a sliding window moves all the time, and rates
 * and freshness with it, so these are left out.
 */
export function graphTag(graph: Graph): string {
  const edges = graph.edges.map(({ rate: _rate, ...edge }) => edge)
  const nodes = graph.nodes.map(({ rate: _rate, ...node }) => node)
  const { freshness_s: _freshness, ...coverage } = graph.coverage
  return createHash('sha256')
    .update(JSON.stringify([edges, nodes, coverage]))
    .digest('base64url')
    .slice(0, 22)
}

/** A reader of one window: gets the graph as JSON. */
export type GraphReader = (json: string) => void

interface Watch {
  readers: Map<GraphReader, string>
  read_ms: number
  reading: boolean
  tag: string
  json: string
}

/**
 * Graphs that are watched live: one read a window however many watch it, and an event only when
 * something was counted since.
 */
export class LiveGraphs {
  readonly #read: (seconds: number) => Promise<Graph>
  readonly #onFault: (error: unknown) => void
  readonly #watches = new Map<number, Watch>()
  #changed_ms = 0

  constructor(read: (seconds: number) => Promise<Graph>, onFault: (error: unknown) => void) {
    this.#read = read
    this.#onFault = onFault
  }

  /** Calls arrived. */
  changed(now_ms: number): void {
    this.#changed_ms = now_ms
  }

  /** @param seconds length of the window @returns a function that ends the watching */
  watch(seconds: number, reader: GraphReader): () => void {
    let watch = this.#watches.get(seconds)
    if (!watch) {
      watch = { readers: new Map(), read_ms: 0, reading: false, tag: '', json: '' }
      this.#watches.set(seconds, watch)
    }
    watch.readers.set(reader, '')
    return () => {
      watch.readers.delete(reader)
      if (watch.readers.size === 0 && this.#watches.get(seconds) === watch) this.#watches.delete(seconds)
    }
  }

  /** Reads what is due and hands it on; called by a timer. */
  async tick(now_ms: number): Promise<void> {
    await Promise.all([...this.#watches].map(([seconds, watch]) => this.#refresh(seconds, watch, now_ms)))
  }

  async #refresh(seconds: number, watch: Watch, now_ms: number): Promise<void> {
    const age = now_ms - watch.read_ms
    const due = age >= QUIET_READ_MS || (age >= READ_MS && this.#changed_ms + QUIET_READ_MS >= now_ms)
    if (due && !watch.reading) {
      watch.reading = true
      try {
        const graph = await this.#read(seconds)
        const tag = graphTag(graph)
        if (tag !== watch.tag) Object.assign(watch, { tag, json: JSON.stringify(graph) })
      } catch (error) {
        this.#onFault(error)
      }
      watch.read_ms = now_ms
      watch.reading = false
    }
    if (watch.tag === '') return
    for (const [reader, seen] of watch.readers) {
      if (seen === watch.tag) continue
      watch.readers.set(reader, watch.tag)
      reader(watch.json)
    }
  }
}
