import { createHash, randomUUID } from 'node:crypto'
import type { Graph } from '../../model/graph.ts'
import { deltaOf } from '../../model/graph-delta.ts'
import { DeltaLog } from './delta-log.ts'

/** While calls arrive the graph is read this often, and rarely otherwise: calls also leave a window. */
export const READ_MS = 2000
export const QUIET_READ_MS = 10_000

/** What was sent of a window nobody watches any more is kept for those who come back. */
export const KEPT_MS = 120_000
/** Windows kept so at a time. */
export const KEPT_WINDOWS_MAX = 8

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

/** Takes an event for one reader; false where the reader was too slow for it and never gets it. */
export type GraphReader = (event: 'graph' | 'delta', json: string, id: string) => boolean

export interface WatchOptions {
  /** Sends what changed instead of whole graphs. */
  deltas?: boolean
  /** Id of the last event that the reader has, from an earlier stream. */
  after?: string | undefined
}

interface Place {
  /** Number of the graph that the reader has, 0 for none. */
  seq: number
  deltas: boolean
}

interface Watch {
  readers: Map<GraphReader, Place>
  read_ms: number
  /** When the last reader left. */
  left_ms: number
  reading: boolean
  tag: string
  graph: Graph | undefined
  log: DeltaLog
}

/**
 * Graphs that are watched live: one read a window however many watch it, and an event only when
 * something was counted since.
 */
export class LiveGraphs {
  readonly #read: (seconds: number) => Promise<Graph>
  readonly #onFault: (error: unknown) => void
  readonly #watches = new Map<number, Watch>()
  /** Numbers of another process mean other graphs. */
  readonly #run = randomUUID().slice(0, 8)
  #changed_ms = 0
  #now_ms = 0

  constructor(read: (seconds: number) => Promise<Graph>, onFault: (error: unknown) => void) {
    this.#read = read
    this.#onFault = onFault
  }

  /** Calls arrived. */
  changed(now_ms: number): void {
    this.#changed_ms = now_ms
  }

  /** @param seconds length of the window @returns a function that ends the watching */
  watch(seconds: number, reader: GraphReader, options: WatchOptions = {}): () => void {
    let watch = this.#watches.get(seconds)
    if (!watch) {
      const log = new DeltaLog()
      watch = { readers: new Map(), read_ms: 0, left_ms: 0, reading: false, tag: '', graph: undefined, log }
      this.#watches.set(seconds, watch)
    }
    watch.readers.set(reader, {
      seq: this.#seqOf(options.after, seconds, watch),
      deltas: options.deltas === true,
    })
    return () => {
      watch.readers.delete(reader)
      watch.left_ms = this.#now_ms
    }
  }

  /** The number in an event's id, where it is one of ours and not from the future; else 0. */
  #seqOf(after: string | undefined, seconds: number, watch: Watch): number {
    const [run, length, seq] = (after ?? '').split('.')
    if (run !== this.#run || Number(length) !== seconds) return 0
    const number = Number(seq)
    return Number.isSafeInteger(number) && number > 0 && number <= watch.log.seq ? number : 0
  }

  /** Reads what is due and hands it on; called by a timer. */
  async tick(now_ms: number): Promise<void> {
    this.#now_ms = now_ms
    this.#forget(now_ms)
    const watched = [...this.#watches].filter(([, watch]) => watch.readers.size > 0)
    await Promise.all(watched.map(([seconds, watch]) => this.#refresh(seconds, watch, now_ms)))
  }

  #forget(now_ms: number): void {
    const left = [...this.#watches]
      .filter(([, watch]) => watch.readers.size === 0)
      .sort(([, one], [, other]) => other.left_ms - one.left_ms)
    left.forEach(([seconds, watch], index) => {
      if (index >= KEPT_WINDOWS_MAX || now_ms - watch.left_ms > KEPT_MS) this.#watches.delete(seconds)
    })
  }

  async #refresh(seconds: number, watch: Watch, now_ms: number): Promise<void> {
    const age = now_ms - watch.read_ms
    const due = age >= QUIET_READ_MS || (age >= READ_MS && this.#changed_ms + QUIET_READ_MS >= now_ms)
    if (due && !watch.reading) {
      watch.reading = true
      try {
        const graph = await this.#read(seconds)
        const tag = graphTag(graph)
        if (tag !== watch.tag) {
          watch.log.add(watch.graph ? (seq) => deltaOf(watch.graph!, graph, seq) : undefined, graph)
          Object.assign(watch, { tag, graph })
        }
      } catch (error) {
        this.#onFault(error)
      }
      watch.read_ms = now_ms
      watch.reading = false
    }
    if (watch.tag !== '') this.#send(seconds, watch)
  }

  #send(seconds: number, { log, readers }: Watch): void {
    for (const [reader, place] of readers) {
      if (place.seq === log.seq) continue
      const missing = place.deltas ? log.after(place.seq) : undefined
      const id = (seq: number) => `${this.#run}.${seconds}.${seq}`
      const taken = missing
        ? missing.every(({ seq, json }) => reader('delta', json, id(seq)))
        : reader('graph', log.whole(), id(log.seq))
      // Who missed one delta cannot use the next: it gets the whole graph as soon as it reads again.
      place.seq = taken || !place.deltas ? log.seq : 0
    }
  }
}
