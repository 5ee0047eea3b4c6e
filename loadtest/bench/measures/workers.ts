import { underFullLoad } from '../compare/side-by-side.ts'
import { nginx } from '../peer/nginx.ts'
import { tap, tapWorkers } from '../peer/tap.ts'
import type { Measure } from '../round/measure.ts'

export const workers: Measure = {
  name: 'workers',
  title: 'Two workers over one listening socket, 64 connections, 200 B answers',
  explanation:
    'Both workers and the one process have the same core here, since load and backend need the other: what counts is that a call costs the same CPU by two processes as by one.',
  needs: ['wrk', 'nginx', 'tap', 'collector'],
  run: (bench) => underFullLoad(bench, [nginx, tap, tapWorkers], { connections: 64, path: '/' }),
}
