import type { Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

export const layout: Measure = {
  name: 'layout',
  title: 'Map layout, 500 services and 2,000 edges',
  explanation:
    'The first layout in a fresh process, as a page pays for it; then one edge appears: what that costs, and how far any node moves.',
  needs: ['picture'],
  run: (bench) =>
    interleave(bench, [{ name: 'layout' }], async () => {
      const out = await bench.children.run({
        command: process.execPath,
        args: [new URL('../program/layout.ts', import.meta.url).pathname],
        core: bench.cores.load,
      })
      return JSON.parse(out) as Record<string, number>
    }),
}
