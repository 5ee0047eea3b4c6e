import { OTHER } from '../../model/call.ts'
import { ANY, segmentTemplate } from './route-template.ts'

/** A template and its bytes as a row holds them. Compared by identity. */
export interface Route {
  readonly text: string
  readonly bytes: Buffer
}

interface TrieNode {
  readonly parent: TrieNode | undefined
  readonly key: string
  /** The key's bytes. */
  readonly bytes: Buffer
  readonly children: Map<string, TrieNode>
  /** The same children in a row: comparing bytes costs less than making a string to look up. */
  readonly ordered: TrieNode[]
  /** True once the children were too many to be words: all of them are `{*}` from then on. */
  collapsed: boolean
  route: Route | undefined
}

export interface RouteLimits {
  /** Distinct templates this table ever gives out; what comes after is `__other__`. */
  routes_max: number
  /** Children of one node before they collapse to `{*}`. */
  children_max: number
}

const SEGMENTS_MAX = 16
const SLASH = 0x2f

function routeOf(text: string): Route {
  return { text, bytes: Buffer.from(text, 'latin1') }
}

export const OTHER_ROUTE = routeOf(OTHER)
/** Route of a call without a path: a tunnel, or a head that could not be read. */
export const NO_ROUTE = routeOf('')
const ASTERISK_ROUTE = routeOf('*')

/** The templates of one service: a tree of segments with a cap on its width and on its leaves. */
export class RouteTrie {
  readonly #limits: RouteLimits
  readonly #root: TrieNode = emptyNode(undefined, '')
  #given = 0
  #collapses = 0

  constructor(limits: RouteLimits) {
    this.#limits = limits
  }

  /** Templates given out so far. */
  get size(): number {
    return this.#given
  }

  /** Raised by one whenever a node collapses: older answers are out of date then. */
  get collapses(): number {
    return this.#collapses
  }

  /** Template of the path `bytes[start..end)`, which has no query. */
  find(bytes: Uint8Array, start: number, end: number): Route {
    if (start >= end) return NO_ROUTE
    if (bytes[start] !== SLASH) return end - start === 1 && bytes[start] === 0x2a ? ASTERISK_ROUTE : NO_ROUTE
    let node = this.#root
    let at = start + 1
    for (let depth = 0; ; depth++) {
      let stop = at
      while (stop < end && bytes[stop] !== SLASH) stop++
      const deepest = depth === SEGMENTS_MAX
      const child = node.collapsed || deepest ? this.#child(node, ANY) : this.#step(node, bytes, at, stop)
      if (child === undefined) return OTHER_ROUTE
      node = child
      if (stop >= end || deepest) break
      at = stop + 1
    }
    return node.route ?? this.#give(node)
  }

  #step(node: TrieNode, bytes: Uint8Array, start: number, end: number): TrieNode | undefined {
    const { ordered } = node
    for (let index = 0; index < ordered.length; index++) {
      if (sameBytes(ordered[index]!.bytes, bytes, start, end)) return ordered[index]
    }
    return this.#child(node, segmentTemplate(bytes, start, end))
  }

  #give(node: TrieNode): Route {
    if (this.#given >= this.#limits.routes_max) return OTHER_ROUTE
    this.#given++
    let text = ''
    for (let at = node; at.parent !== undefined; at = at.parent) text = `/${at.key}${text}`
    node.route = routeOf(text)
    return node.route
  }

  #child(node: TrieNode, key: string): TrieNode | undefined {
    const known = node.children.get(key)
    if (known) return known
    // Past the cap no leaf is given out any more, so no branch may grow either.
    if (this.#given >= this.#limits.routes_max) return undefined
    if (node.children.size >= this.#limits.children_max) {
      node.collapsed = true
      node.children.clear()
      node.ordered.length = 0
      this.#collapses++
      return this.#grow(node, ANY)
    }
    return this.#grow(node, key)
  }

  #grow(node: TrieNode, key: string): TrieNode {
    const child = emptyNode(node, key)
    node.children.set(key, child)
    node.ordered.push(child)
    return child
  }
}

function emptyNode(parent: TrieNode | undefined, key: string): TrieNode {
  const bytes = Buffer.from(key, 'latin1')
  return { parent, key, bytes, children: new Map(), ordered: [], collapsed: false, route: undefined }
}

function sameBytes(known: Buffer, bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (known.length !== length) return false
  for (let offset = 0; offset < length; offset++) if (known[offset] !== bytes[start + offset]) return false
  return true
}
