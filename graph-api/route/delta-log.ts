import type { Graph } from '../../model/graph.ts'
import type { GraphDelta } from '../../model/graph-delta.ts'

/** Deltas kept of one window, by number and by bytes of JSON; older ones are answered by the whole graph. */
export const DELTAS_MAX = 300
export const DELTA_BYTES_MAX = 4_000_000

interface Entry {
  seq: number
  json: string
}

/** The latest graph of a window and how it came about, numbered. */
export class DeltaLog {
  /** Number of the latest graph; 0 before the first. */
  seq = 0
  #entries: Entry[] = []
  #bytes = 0
  #graph: Graph | undefined
  #whole = ''

  /** @param delta makes the step from the graph before; absent for the first one */
  add(delta: ((seq: number) => GraphDelta) | undefined, graph: Graph): void {
    this.seq++
    this.#graph = graph
    this.#whole = ''
    if (!delta) return
    const json = JSON.stringify(delta(this.seq))
    this.#entries.push({ seq: this.seq, json })
    this.#bytes += json.length
    while (this.#entries.length > DELTAS_MAX || this.#bytes > DELTA_BYTES_MAX) {
      this.#bytes -= this.#entries.shift()!.json.length
    }
  }

  /** All deltas after a number, or undefined where they are not kept or more than the graph itself. */
  after(seq: number): readonly Entry[] | undefined {
    const missing = this.#entries.filter((entry) => entry.seq > seq)
    if (seq === 0 || missing.length !== this.seq - seq) return undefined
    const bytes = missing.reduce((sum, { json }) => sum + json.length, 0)
    return missing.length > 1 && bytes > this.whole().length ? undefined : missing
  }

  /** The latest graph as JSON, made once. */
  whole(): string {
    this.#whole ||= JSON.stringify(this.#graph)
    return this.#whole
  }
}
