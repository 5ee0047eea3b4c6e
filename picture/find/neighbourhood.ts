/** Everything within some hops of a service, along the calls or against them. */

interface Edge {
  source: string
  destination: string
}

/**
 * @param depth hops, at least 1 @param way `callers` goes against the calls, `callees` along them
 * @returns ids with the service itself
 */
export function neighbourhood(
  id: string,
  edges: readonly Edge[],
  depth: number,
  way: 'both' | 'callers' | 'callees',
): Set<string> {
  const reach = (from: 'source' | 'destination', to: 'source' | 'destination'): Set<string> => {
    const next = new Map<string, string[]>()
    for (const edge of edges) {
      const known = next.get(edge[from])
      if (known) known.push(edge[to])
      else next.set(edge[from], [edge[to]])
    }
    const seen = new Set([id])
    let ring = [id]
    for (let hop = 0; hop < depth && ring.length > 0; hop++) {
      ring = ring.flatMap((it) => next.get(it) ?? []).filter((it) => !seen.has(it) && seen.add(it))
    }
    return seen
  }
  const down = way === 'callers' ? [] : reach('source', 'destination')
  const up = way === 'callees' ? [] : reach('destination', 'source')
  return new Set([...up, ...down])
}
