import { edgeKey } from './edge-key.ts'
import type { Curve } from './path.ts'
import { columnsOf, curveOf } from './path.ts'
import { portsOf } from './port.ts'
import type { Layout } from './spacing.ts'

/** Where the lines run. They follow from names and places alone, so new figures need no new lines. */

interface Pair {
  source: string
  destination: string
}

/** In a crowd straight ways under the boxes are calmer than hundreds of lines around them. */
export const BENT_EDGES_MAX = 90

/**
 * Curve of every pair by its key; pairs with an end that has no place are left out.
 * @param bent whether lines go around boxes; by default where there are few of them
 */
export function wiresOf(pairs: readonly Pair[], layout: Layout, bent?: boolean): Map<string, Curve> {
  const place = (id: string) => (Object.hasOwn(layout.positions, id) ? layout.positions[id] : undefined)
  const placed = pairs.filter((it) => place(it.source) && place(it.destination))
  const columns = (bent ?? placed.length <= BENT_EDGES_MAX) ? columnsOf(layout) : []
  const ports = portsOf(placed, layout)
  return new Map(
    placed.map((pair) => {
      const key = edgeKey(pair)
      const [from, to] = [place(pair.source)!, place(pair.destination)!]
      return [key, curveOf(from, to, ports.get(key)!, columns, layout.spacing)]
    }),
  )
}
