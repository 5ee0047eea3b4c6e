/**
 * Lays out a seeded graph of 500 services and 2,000 edges in a process that has never done it, as a
 * browser does when a page opens, then adds one edge. Prints one line of JSON.
 */
import { layout } from '../../../picture/layout.ts'
import { movementOf, networkOf } from '../traffic/network.ts'

const graph = networkOf({ seed: 7, services: 500, edges: 2_000 })
const before = process.cpuUsage()
const first = layout(graph)
const cold = process.cpuUsage(before)

const [source] = graph.nodes.slice(-1)
const [destination] = graph.nodes
const more = { ...graph, edges: [...graph.edges, { source: source!.id, destination: destination!.id }] }
const beforeNext = process.cpuUsage()
const next = layout(more, first)
const insert = process.cpuUsage(beforeNext)

console.log(
  JSON.stringify({
    cpu_ms: (cold.user + cold.system) / 1000,
    insert_cpu_ms: (insert.user + insert.system) / 1000,
    movement_px: movementOf(first.positions, next.positions),
  }),
)
