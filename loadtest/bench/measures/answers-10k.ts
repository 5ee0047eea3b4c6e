import { underFullLoad } from '../compare/side-by-side.ts'
import { ALL_PEERS } from '../peer/all.ts'
import type { Measure } from '../round/measure.ts'

export const answers10k: Measure = {
  name: 'answers-10k',
  title: 'Full load, 64 connections, 10 KB answers',
  explanation: 'As `saturation`, with answers of 10,240 bytes.',
  needs: ['wrk', 'nginx'],
  run: (bench) => underFullLoad(bench, ALL_PEERS, { connections: 64, path: '/10k' }),
}
