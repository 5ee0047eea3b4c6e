import { isFailed } from '../../model/outcome.ts'
import type { ServicePath } from '../contract.ts'
import type { TraceRow } from '../query/trace.ts'
import { type Bar, barsOf } from './bar.ts'
import { treeOf } from './tree.ts'

/** Ways of calls through the services, as the spans of one trace prove them. */

/** Hops of one path that are followed; a longer one is cut there. */
export const HOPS_MAX = 64

export interface TracePaths {
  /** From whoever began to where nobody was called on; each way once, whatever the number of calls. */
  paths: ServicePath[]
  /** True where a parent id names a hop that nobody reported: a path may be longer than what is shown. */
  broken: boolean
}

interface Step {
  bar: Bar
  services: readonly string[]
  failed: boolean
}

const calleeOf = (bar: Bar): string => (bar.server ?? bar.main).call.destination

/** @param rows of one trace, oldest first */
export function pathsOf(rows: readonly TraceRow[]): TracePaths {
  const { roots, gaps } = treeOf(barsOf(rows))
  const found = new Map<string, ServicePath>()
  const open: Step[] = roots.map((bar) => ({ bar, services: [bar.main.call.source], failed: false }))
  for (let step = open.pop(); step; step = open.pop()) {
    const { bar } = step
    // A child whose caller is not its parent's callee would make a way that nobody went.
    const services = step.services.at(-1) === bar.main.call.source ? step.services : [bar.main.call.source]
    const way = [...services, calleeOf(bar)]
    const failed = step.failed || isFailed(bar.main.call.outcome)
    if (bar.children.length === 0 || way.length > HOPS_MAX) {
      const key = way.join('\x1f')
      const known = found.get(key)
      if (known) known.failed = Math.max(known.failed, failed ? 1 : 0)
      else found.set(key, { services: way, traces: 1, failed: failed ? 1 : 0 })
    } else for (const child of bar.children) open.push({ bar: child, services: way, failed })
  }
  return { paths: [...found.values()], broken: gaps.length > 0 }
}
