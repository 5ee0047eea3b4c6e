import { underFullLoad } from '../compare/side-by-side.ts'
import { MAIN_PEERS } from '../peer/all.ts'
import { nginxUnpooled } from '../peer/nginx.ts'
import type { Measure } from '../round/measure.ts'

export const oneConnection: Measure = {
  name: 'connections-1',
  title: 'One connection, 200 B answers',
  explanation: 'One call at a time: nothing can be batched, every call pays for every wake-up.',
  needs: ['wrk', 'nginx'],
  run: (bench) => underFullLoad(bench, MAIN_PEERS, { connections: 1, path: '/' }),
}

export const thousandConnections: Measure = {
  name: 'connections-1000',
  title: 'Full load, 1,000 connections, 200 B answers',
  explanation: 'Cost with the number of connections; compare with `saturation` at 64.',
  needs: ['wrk', 'nginx'],
  run: (bench) => underFullLoad(bench, MAIN_PEERS, { connections: 1000, path: '/' }),
}

export const newConnections: Measure = {
  name: 'new-connections',
  title: 'A new connection for every call, 64 at once, 200 B answers',
  explanation:
    'Every request says `Connection: close`. nginx and HAProxy keep connections to the backend; the tap relays each one as it is, and so does nginx-unpooled.',
  needs: ['wrk', 'nginx'],
  run: (bench) =>
    underFullLoad(bench, [...MAIN_PEERS, nginxUnpooled], { connections: 64, path: '/', close: true }),
}
