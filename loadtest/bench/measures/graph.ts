import { readFile, rm, writeFile } from 'node:fs/promises'
import { startCollector } from '../peer/collector.ts'
import { usageOf } from '../process/usage.ts'
import type { Bench, Measure, Reading } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'
import { FILL_NETWORK } from '../traffic/fill.ts'
import { GRAPH_WINDOWS } from '../traffic/windows.ts'

interface Size {
  name: string
  rows: number
}

const QUICK: readonly Size[] = [{ name: '100k', rows: 100_000 }]
const USUAL: readonly Size[] = [
  { name: '1M', rows: 1_000_000 },
  { name: '10M', rows: 10_000_000 },
]
const FULL: Size = { name: '50M', rows: 50_000_000 }

/** Nothing of the seven days may expire while it is asked for. */
const KEEP = ['--retention-days', '30']

type GraphTimes = Record<string, { cpu_ms: number[]; wall_ms: number[]; edges: number; calls: number }>

export const graph: Measure = {
  name: 'graph',
  title: `Service graph of ${FILL_NETWORK.edges} edges with p50, p95 and p99, by the number of stored calls`,
  explanation:
    'Seven days of calls seen from both sides, made inside the store from a seed. `cpu_ms` and `wall_ms`: the function that answers ' +
    'the API, in a process of its own. `http_…`: the same through `tapmesh up`, JSON over loopback included.',
  needs: ['collector'],
  run: async (bench) => {
    const { quick, full } = bench.options
    const sizes = quick ? QUICK : full ? [...USUAL, FULL] : USUAL
    if (!full) bench.skip('50M', 'takes many minutes and gigabytes; add --full')
    const readings: Reading[] = []
    for (const size of sizes) readings.push(...(await measureSize(bench, size)))
    return readings
  },
}

async function measureSize(bench: Bench, size: Size): Promise<Reading[]> {
  const { stores } = bench.options
  const home = `${stores ?? bench.folder}/${size.name}`
  const to_s = await filledStore(bench, size, home)
  const times = JSON.parse(
    await run(bench, 'graph', [`${home}/data`, String(to_s), String(bench.options.rounds)]),
  ) as GraphTimes
  const inProcess = Object.entries(times).flatMap(([window, { cpu_ms, wall_ms, edges, calls }]) => {
    const subject = `${size.name} ${window}`
    bench.say(`${subject}: ${edges} edges, ${calls} calls, CPU ms ${cpu_ms.map(Math.round).join(' ')}`)
    return [
      { subject, quantity: 'cpu_ms', rounds: cpu_ms },
      { subject, quantity: 'wall_ms', rounds: wall_ms },
      { subject, quantity: 'edges', rounds: [edges] },
    ]
  })
  const overHttp = await askOverHttp(bench, size, home, to_s)
  if (stores === undefined) await rm(home, { recursive: true, force: true })
  return [...inProcess, ...overHttp]
}

/** Fills a store, or takes the one that is there. @returns end of its window, seconds since 1970 */
async function filledStore(bench: Bench, size: Size, home: string): Promise<number> {
  const note = `${home}/filled-to`
  const before = Number(await readFile(note, 'utf8').catch(() => ''))
  if (before > 0) return before
  const to_s = Math.floor(Date.now() / 1000)
  bench.say(`${size.name}: filling the store`)
  await run(bench, 'fill', [`${home}/data`, String(size.rows), String(to_s)])
  await writeFile(note, `${to_s}\n`)
  return to_s
}

function run(bench: Bench, program: string, args: string[]): Promise<string> {
  return bench.children.run({
    command: process.execPath,
    args: [new URL(`../program/${program}.ts`, import.meta.url).pathname, ...args],
  })
}

async function askOverHttp(bench: Bench, size: Size, home: string, to_s: number): Promise<Reading[]> {
  const part: Bench = { ...bench, children: bench.children.part() }
  try {
    const collector = await startCollector(part, {}, home, KEEP)
    const ask = async (seconds: number) => {
      const at = (time_s: number) => new Date(time_s * 1000).toISOString()
      const answer = await fetch(`${collector.api}/api/v1/graph?from=${at(to_s - seconds)}&to=${at(to_s)}`)
      const { edges } = (await answer.json()) as { edges: unknown[] }
      return edges.length
    }
    const subjects = GRAPH_WINDOWS.map(({ name, seconds }) => ({ name: `${size.name} ${name}`, seconds }))
    return await interleave(
      bench,
      subjects,
      async ({ seconds }) => {
        const before = usageOf([collector.pid]).cpu_us
        const began = performance.now()
        await ask(seconds)
        const http_ms = performance.now() - began
        return { http_cpu_ms: (usageOf([collector.pid]).cpu_us - before) / 1000, http_ms }
      },
      ({ seconds }) => ask(seconds),
    )
  } catch (error) {
    bench.skip(`${size.name} over HTTP`, (error as Error).message)
    return []
  } finally {
    await part.children.endAll()
  }
}
