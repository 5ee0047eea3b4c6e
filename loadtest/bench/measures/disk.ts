import type { Measure, Reading } from '../round/measure.ts'

const ROWS = 1_000_000
const ROWS_QUICK = 50_000

/** The demo has taps on both sides of a call; the other is the worst case, where no two rows share an id. */
const SUBJECTS = [
  { name: 'calls', sides: 'both' },
  { name: 'calls seen from one side', sides: 'server' },
]

export const disk: Measure = {
  name: 'disk',
  title: 'Bytes on disk per stored call',
  explanation:
    'A million rows of a day of seeded traffic (40 services, 200 edges, random ids), after OPTIMIZE FINAL, from system.parts. ' +
    'The rollups of a day stand beside; they do not grow with the calls. Made from a seed, so one round says all.',
  needs: ['collector'],
  run: async (bench) => {
    const readings: Reading[] = []
    for (const { name, sides } of SUBJECTS) {
      const rows = bench.options.quick ? ROWS_QUICK : ROWS
      bench.say(`${name}: storing ${rows} rows`)
      const out = await bench.children.run({
        command: process.execPath,
        args: [
          new URL('../program/disk.ts', import.meta.url).pathname,
          `${bench.folder}/${sides}`,
          String(rows),
          sides,
        ],
        core: bench.cores.load,
      })
      for (const [quantity, value] of Object.entries(JSON.parse(out) as Record<string, number>)) {
        readings.push({ subject: name, quantity, rounds: [value] })
      }
    }
    return readings
  },
}
