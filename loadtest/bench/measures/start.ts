import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { TapmeshError } from '../../../model/error.ts'
import { startBackend } from '../load/backend.ts'
import { proxyConfig } from '../peer/nginx-config.ts'
import { TAP_FILE, tapWords } from '../peer/tap.ts'
import type { SpawnPlan } from '../process/children.ts'
import { freePort } from '../process/ports.ts'
import { usageOf } from '../process/usage.ts'
import type { Bench, Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'
import { median } from '../round/statistics.ts'

const STARTS = 5
const DEADLINE_MS = 10_000
const EMPTY_SERVER =
  "require('net').createServer(s=>s.on('data',()=>s.write('HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n'))).listen(+process.argv[1],'127.0.0.1')"

interface Starter {
  name: string
  plan(bench: Bench, port: number, backendPort: number): Promise<SpawnPlan>
}

const STARTERS: readonly Starter[] = [
  {
    name: 'node-empty',
    plan: async (_bench, port) => ({ command: process.execPath, args: ['-e', EMPTY_SERVER, String(port)] }),
  },
  {
    name: 'tap',
    plan: async (bench, port, backendPort) => ({
      command: process.execPath,
      args: [TAP_FILE, ...tapWords(backendPort, port)],
      cwd: bench.folder,
    }),
  },
  {
    name: 'nginx',
    plan: async (bench, port, backendPort) => {
      const folder = `${bench.folder}/start`
      await mkdir(folder, { recursive: true })
      await writeFile(`${folder}/nginx.conf`, proxyConfig({ folder, port, backendPort, accessLog: true }))
      return { command: 'nginx', args: ['-p', folder, '-c', `${folder}/nginx.conf`] }
    },
  },
]

export const start: Measure = {
  name: 'start',
  title: 'From start to the first answered call',
  explanation:
    'Time from spawning the process until a call through it is answered, asked again and again from the start; ' +
    'the median of five starts each round. `node-empty` is the runtime with an empty server: the floor.',
  needs: ['nginx', 'tap'],
  run: async (bench) => {
    const backendPort = await startBackend(bench)
    return interleave(
      bench,
      STARTERS,
      async (starter) => {
        const starts: Start[] = []
        while (starts.length < STARTS) starts.push(await startOnce(bench, starter, backendPort))
        return {
          start_ms: median(starts.map(({ start_ms }) => start_ms)),
          start_cpu_ms: median(starts.map(({ cpu_ms }) => cpu_ms)),
        }
      },
      (starter) => startOnce(bench, starter, backendPort),
    )
  },
}

interface Start {
  start_ms: number
  /** Time on a core until then, all threads. */
  cpu_ms: number
}

async function startOnce(bench: Bench, starter: Starter, backendPort: number): Promise<Start> {
  const port = await freePort()
  const plan = await starter.plan(bench, port, backendPort)
  const began = performance.now()
  const child = bench.children.start({ ...plan, core: bench.cores.proxy })
  try {
    while (!(await answers(port))) {
      if (performance.now() - began > DEADLINE_MS) {
        throw new TapmeshError(
          'TAPMESH_PEER_UNAVAILABLE',
          `${starter.name} answered no call within ${DEADLINE_MS / 1000} s`,
          'Start it by hand and read its messages.',
        )
      }
    }
    const start_ms = performance.now() - began
    return { start_ms, cpu_ms: usageOf([child.pid]).cpu_us / 1000 }
  } finally {
    await child.end()
  }
}

/** Whether a call to the port is answered with 200 now. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: bench.local\r\nConnection: close\r\n\r\n'),
    )
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString('latin1').startsWith('HTTP/1.1 200'))
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
