import type { Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

export const policy: Measure = {
  name: 'policy',
  title: 'Authorization of one call, 200 rules',
  explanation:
    'CPU of one decision out of 200 rules for 40 callers, for calls that a rule allows and for calls that none does; the words of a refusal are not made.',
  needs: [],
  run: (bench) =>
    interleave(bench, [{ name: 'authorization' }], async () => {
      const out = await bench.children.run({
        command: process.execPath,
        args: [new URL('../program/policy.ts', import.meta.url).pathname],
        core: bench.cores.load,
      })
      return JSON.parse(out) as Record<string, number>
    }),
}
