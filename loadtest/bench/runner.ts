import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { machineHere } from './machine.ts'
import { lack } from './needs.ts'
import { Children } from './process/children.ts'
import { watchWeather } from './process/weather.ts'
import { withoutPlaces } from './results.ts'
import type { Bench, BenchOptions, Measure, Results } from './round/measure.ts'

/** The proxy has a core of its own, load and backend the other (two cores are what the targets assume). */
const CORES = { proxy: 0, load: 1 }

const CHECKOUT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

/** Runs one measure with its own temporary folder and processes, all gone at the end. */
export async function runMeasure(
  measure: Measure,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<Results> {
  const folder = await mkdtemp(`${tmpdir()}/tapmesh-bench-`)
  const places = { folder, checkout: CHECKOUT, stores: options.stores }
  const children = new Children()
  const skipped: Results['skipped'] = []
  const versions: Record<string, string> = {}
  const bench: Bench = {
    options,
    folder,
    children,
    cores: CORES,
    say,
    skip: (subject, reason) => {
      say(`skipped ${subject}: ${reason}`)
      skipped.push({ subject, reason: withoutPlaces(reason, places) })
    },
    version: (program, version) => {
      versions[program] = version
    },
  }
  const weather = watchWeather()
  const stop = onInterrupt(() => children.endAll())
  try {
    const missing = await lack(measure.needs)
    if (missing) bench.skip(measure.name, missing)
    const readings = missing ? [] : await measure.run(bench)
    return {
      measure: measure.name,
      title: measure.title,
      explanation: measure.explanation,
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      options: options.stores === undefined ? options : { ...options, stores: 'STORES' },
      machine: machineHere(),
      weather: weather(),
      versions,
      commands: children.commands.map((command) => withoutPlaces(command, places)),
      skipped,
      readings,
    }
  } finally {
    stop()
    await children.endAll()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Ends the children before the program itself goes; returns what takes that back. */
function onInterrupt(end: () => Promise<void>): () => void {
  const leave = () => void end().finally(() => process.exit(130))
  process.once('SIGINT', leave)
  process.once('SIGTERM', leave)
  return () => {
    process.removeListener('SIGINT', leave)
    process.removeListener('SIGTERM', leave)
  }
}
