import { UNKNOWN_CALLER } from '../../model/call.ts'
import type { TraceAnswer } from '../contract.ts'
import type { Bar, Bars } from './bar.ts'

export interface Tree {
  roots: Bar[]
  gaps: TraceAnswer['gaps']
}

/** Bars from the roots down, depth first, children by their start. Without recursion: a trace may be one long chain. */
export function depthFirst(roots: readonly Bar[]): Bar[] {
  const order: Bar[] = []
  const open = [...roots].reverse()
  while (open.length > 0) {
    const bar = open.pop()!
    order.push(bar)
    for (let index = bar.children.length - 1; index >= 0; index--) open.push(bar.children[index]!)
  }
  return order
}

/** Names the callers of spans that do not know them, from the roots down. */
export function nameCallers(ordered: readonly Bar[]): void {
  for (const { source, children } of ordered) {
    for (const child of children) if (child.source === UNKNOWN_CALLER) child.source = source
  }
}

function setDepths(roots: readonly Bar[]): Set<Bar> {
  const seen = new Set<Bar>()
  const open = [...roots]
  while (open.length > 0) {
    const bar = open.pop()!
    seen.add(bar)
    for (const child of bar.children) {
      child.depth = bar.depth + 1
      open.push(child)
    }
  }
  return seen
}

/**
 * Hangs every bar under its parent. A parent that nobody reported is a gap and its child a root.
 * Parent ids that go round in a circle are cut at the oldest bar of the circle.
 */
export function treeOf({ bars, byId }: Bars): Tree {
  const roots: Bar[] = []
  const gaps: Tree['gaps'] = []
  const parents = new Map<Bar, Bar>()
  for (const bar of bars) {
    const parent = bar.parent_span_id === '' ? undefined : byId.get(bar.parent_span_id)
    if (parent && parent !== bar) {
      parent.children.push(bar)
      parents.set(bar, parent)
      continue
    }
    roots.push(bar)
    if (!parent && bar.parent_span_id !== '') {
      gaps.push({ parent_span_id: bar.parent_span_id, child_span_id: bar.span_id })
    }
  }
  const reached = setDepths(roots)
  for (const bar of bars) {
    if (reached.has(bar)) continue
    const parent = parents.get(bar)
    if (parent) parent.children.splice(parent.children.indexOf(bar), 1)
    roots.push(bar)
    for (const found of setDepths([bar])) reached.add(found)
  }
  return { roots, gaps }
}
