import { underFullLoad } from '../compare/side-by-side.ts'
import { ALL_PEERS } from '../peer/all.ts'
import type { Measure } from '../round/measure.ts'

export const saturation: Measure = {
  name: 'saturation',
  title: 'Full load, 64 keep-alive connections, 200 B answers',
  explanation:
    'CPU time of the proxy over calls counted by wrk; throughput, latency and memory of the same rounds. ' +
    'Where `core_busy_share` stays well below 1 the load, not the proxy, was the limit.',
  needs: ['wrk', 'nginx'],
  run: (bench) => underFullLoad(bench, ALL_PEERS, { connections: 64, path: '/' }),
}
