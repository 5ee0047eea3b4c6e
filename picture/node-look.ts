import type { NodeKind } from '../model/graph.ts'

/** How each kind of node is called and drawn, wherever a map appears. */
export interface NodeLook {
  /** In a sentence. */
  word: string
  /** Above the name in a panel. */
  title: string
  /** Dashes of its border, pixels; empty for a whole line. */
  dashes: readonly number[]
  /** Shape in Graphviz. */
  shape: string
}

export const NODE_LOOK: Readonly<Record<NodeKind, NodeLook>> = {
  service: { word: 'service', title: 'Service', dashes: [], shape: 'box' },
  external: {
    word: 'external service',
    title: 'External, only ever called',
    dashes: [6, 4],
    shape: 'ellipse',
  },
  caller: { word: 'caller without a tap', title: 'Caller without a tap', dashes: [2, 4], shape: 'plain' },
  database: { word: 'database', title: 'Database', dashes: [], shape: 'cylinder' },
  broker: { word: 'message broker', title: 'Message broker', dashes: [], shape: 'cds' },
  cache: { word: 'cache', title: 'Cache', dashes: [], shape: 'cylinder' },
}
