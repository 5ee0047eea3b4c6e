/**
 * Asks an existing store for the service graph by the function that answers the API, and prints CPU
 * (all threads) and time of each window and round as one line of JSON: GraphTimes.
 * Arguments: data folder, end of the window (seconds since 1970), rounds.
 */

import { readGraph } from '../../../graph-api/answer/graph.ts'
import { openStore } from '../../../store/open.ts'
import { median } from '../round/statistics.ts'
import { GRAPH_WINDOWS } from '../traffic/windows.ts'

const dataFolder = process.argv[2]!
const [to_s, rounds] = process.argv.slice(3, 5).map(Number) as [number, number]
/** Queries of a round; their median counts. */
const QUERIES = 3

const store = await openStore({ dataFolder })
const times: Record<string, { cpu_ms: number[]; wall_ms: number[]; edges: number; calls: number }> = {}

async function ask(seconds: number) {
  const to_us = to_s * 1e6
  const cpu = process.cpuUsage()
  const began = performance.now()
  const graph = await readGraph(store, { from_us: to_us - seconds * 1e6, to_us }, to_us)
  const wall_ms = performance.now() - began
  const spent = process.cpuUsage(cpu)
  return { graph, wall_ms, cpu_ms: (spent.user + spent.system) / 1000 }
}

for (const { name, seconds } of GRAPH_WINDOWS) {
  const { graph } = await ask(seconds)
  times[name] = { cpu_ms: [], wall_ms: [], edges: graph.edges.length, calls: graph.coverage.calls }
}
for (let round = 0; round < rounds; round++) {
  for (const { name, seconds } of GRAPH_WINDOWS) {
    const answers = []
    for (let query = 0; query < QUERIES; query++) answers.push(await ask(seconds))
    times[name]!.cpu_ms.push(median(answers.map(({ cpu_ms }) => cpu_ms)))
    times[name]!.wall_ms.push(median(answers.map(({ wall_ms }) => wall_ms)))
  }
}
await store.close()
console.log(JSON.stringify(times))
