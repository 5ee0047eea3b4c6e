import type { Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

/** Services of each picture; the edges are four times as many, but for the smallest. */
const SIZES = [12, 500, 2000] as const
const SECONDS_MIN = 10

export const uiFrame: Measure = {
  name: 'ui-frame',
  title: 'The map in a browser',
  explanation:
    'Chromium without a GPU on generated graphs, 1400 x 860: time until the map is painted, the longest block of the page, ' +
    'CPU of the whole browser for each frame of a pan, and what updates every two seconds cost beyond an idle page. ' +
    'The API beside it is a stand-in and is not counted.',
  needs: ['bundle'],
  run: (bench) =>
    interleave(
      bench,
      SIZES.map((services) => ({ name: `${services} services`, services })),
      async ({ services }) => {
        const seconds = bench.options.quick ? 2 : Math.max(bench.options.seconds, SECONDS_MIN)
        const out = await bench.children.run({
          command: process.execPath,
          args: [
            new URL('../program/ui-frame.ts', import.meta.url).pathname,
            String(services),
            String(seconds),
          ],
          core: bench.cores.load,
        })
        return JSON.parse(out) as Record<string, number>
      },
    ),
}
