import { setTimeout as pause } from 'node:timers/promises'
import { drained, sendCalls } from '../compare/collector-load.ts'
import { startCollector } from '../peer/collector.ts'
import { residentMib, usageOf } from '../process/usage.ts'
import type { Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

const CALLS_PER_S = 5_000
const LOADED_SECONDS = 15
const IDLE_SECONDS = 30
const SETTLE_SECONDS = 5
/** With --quick every phase takes this long. */
const QUICK_SECONDS = 2
const SAMPLE_MS = 500

export const embedded: Measure = {
  name: 'embedded',
  title: '`tapmesh up`: collector, API and embedded store in one process',
  explanation:
    'Highest resident memory (file-backed pages of the engine included) while 5,000 calls/s are stored; then nothing is sent ' +
    'and after a pause for merges the CPU time of 30 s is taken.',
  needs: ['collector'],
  run: async (bench) => {
    const phase = (seconds: number) => (bench.options.quick ? QUICK_SECONDS : seconds)
    const collector = await startCollector(bench)
    const pids = [collector.pid]
    return interleave(bench, [{ name: 'tapmesh up' }], async () => {
      let highest = 0
      const sampler = setInterval(() => {
        highest = Math.max(highest, residentMib(pids))
      }, SAMPLE_MS)
      await sendCalls(bench, collector, CALLS_PER_S, phase(LOADED_SECONDS))
      await drained(collector)
      clearInterval(sampler)
      await pause(phase(SETTLE_SECONDS) * 1000)
      const before = usageOf(pids).cpu_us
      await pause(phase(IDLE_SECONDS) * 1000)
      const idle_us = usageOf(pids).cpu_us - before
      return {
        busy_resident_mib: highest,
        idle_core_percent: (idle_us / (phase(IDLE_SECONDS) * 1e6)) * 100,
        idle_resident_mib: residentMib(pids),
      }
    })
  },
}
