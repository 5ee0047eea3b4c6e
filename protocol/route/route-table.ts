import type { Route } from './route-trie.ts'
import { RouteTrie } from './route-trie.ts'

const { imul } = Math

/** Paths longer than this are looked up in the trie each time. */
const HOT_PATH_BYTES = 64
const HOT_SLOTS = 1024
/** Real interfaces have fewer siblings in one place; ids that the tokenizer takes for words have more. */
export const CHILDREN_MAX = 100

/**
 * Raw path -> route for one service. In front of the trie stands a cache of fixed size from the
 * raw bytes to the route: one slot a hash, so a flood of paths costs a miss each and never memory.
 */
export class RouteTable {
  readonly #trie: RouteTrie
  readonly #bytes = Buffer.allocUnsafeSlow(HOT_SLOTS * HOT_PATH_BYTES)
  readonly #lengths = new Uint8Array(HOT_SLOTS)
  readonly #routes: (Route | undefined)[] = new Array<Route | undefined>(HOT_SLOTS).fill(undefined)
  #collapses = 0

  constructor(routes_max: number, children_max = CHILDREN_MAX) {
    this.#trie = new RouteTrie({ routes_max, children_max })
  }

  /** Templates given out so far. */
  get size(): number {
    return this.#trie.size
  }

  /** Route of the path `head[start..end)`; builds no string where the path was seen lately. */
  routeOf(head: Buffer, start: number, end: number): Route {
    const length = end - start
    if (length <= 0 || length > HOT_PATH_BYTES) return this.#miss(head, start, end)
    let hash = length
    for (let at = start; at < end; at++) hash = imul(hash ^ head[at]!, 0x01000193)
    const slot = (hash ^ (hash >>> 15)) & (HOT_SLOTS - 1)
    const route = this.#routes[slot]
    const base = slot * HOT_PATH_BYTES
    if (route !== undefined && this.#lengths[slot] === length) {
      const bytes = this.#bytes
      let offset = 0
      while (offset < length && bytes[base + offset] === head[start + offset]) offset++
      if (offset === length) return route
    }
    const found = this.#miss(head, start, end)
    this.#routes[slot] = found
    this.#lengths[slot] = length
    for (let offset = 0; offset < length; offset++) this.#bytes[base + offset] = head[start + offset]!
    return found
  }

  #miss(head: Buffer, start: number, end: number): Route {
    const route = this.#trie.find(head, start, end)
    if (this.#trie.collapses !== this.#collapses) {
      this.#collapses = this.#trie.collapses
      this.#routes.fill(undefined)
    }
    return route
  }
}
