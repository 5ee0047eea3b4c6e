import { underFullLoad } from '../compare/side-by-side.ts'
import { ALL_PEERS, MAIN_PEERS } from '../peer/all.ts'
import type { Bench, Measure, Reading } from '../round/measure.ts'

export const answers1m: Measure = {
  name: 'answers-1m',
  title: 'Body throughput, 16 connections, 1 MB answers',
  explanation: 'Bytes of answers for each microsecond of CPU time (the same figure as MB per CPU second).',
  needs: ['wrk', 'nginx'],
  run: (bench: Bench): Promise<Reading[]> =>
    underFullLoad(bench, ALL_PEERS, { connections: 16, path: '/1m' }),
}

export const requests1m: Measure = {
  name: 'requests-1m',
  title: 'Body throughput, 16 connections, 1 MB request bodies',
  explanation:
    'Bytes of request bodies for each microsecond of CPU time (the same figure as MB per CPU second).',
  needs: ['wrk', 'nginx'],
  run: (bench: Bench): Promise<Reading[]> =>
    underFullLoad(bench, MAIN_PEERS, { connections: 16, path: '/', body_bytes: 1_048_576 }),
}
