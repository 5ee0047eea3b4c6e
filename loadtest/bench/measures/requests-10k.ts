import { underFullLoad } from '../compare/side-by-side.ts'
import { MAIN_PEERS } from '../peer/all.ts'
import type { Measure } from '../round/measure.ts'

export const requests10k: Measure = {
  name: 'requests-10k',
  title: 'Full load, 64 connections, 10 KB request bodies',
  explanation: 'POST with a body of 10,240 bytes, 200 B answers.',
  needs: ['wrk', 'nginx'],
  run: (bench) => underFullLoad(bench, MAIN_PEERS, { connections: 64, path: '/', body_bytes: 10_240 }),
}
