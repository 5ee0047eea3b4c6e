import { rm } from 'node:fs/promises'
import type { Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

const CALLS = 10_000_000
const QUICK_CALLS = 200_000

export const backtest: Measure = {
  name: 'backtest',
  title: 'Back-test of a policy, 10 million calls of 30 days',
  explanation:
    'One round: a store of its own is filled, then a policy of three features judged by summaries and one of four features replayed call by call. Time, CPU of all threads, and the peak of memory with the store inside the process.',
  needs: [],
  run: (bench) => {
    const calls = bench.options.quick ? QUICK_CALLS : CALLS
    if (!bench.options.quick && !bench.options.full) {
      bench.skip('10M', 'fills gigabytes each round; add --full')
      return Promise.resolve([])
    }
    return interleave({ ...bench, options: { ...bench.options, rounds: 1 } }, [{ name: '10M' }], async () => {
      const folder = `${bench.folder}/backtest`
      const out = await bench.children.run({
        command: process.execPath,
        args: [new URL('../program/backtest.ts', import.meta.url).pathname, `${folder}/data`, String(calls)],
      })
      await rm(folder, { recursive: true, force: true })
      return JSON.parse(out) as Record<string, number>
    })
  },
}
