/**
 * `npm run bench -- [names] [--rounds 5] [--seconds 4] [--quick] [--full]`: runs the measures, keeps
 * their readings in loadtest/results/ and writes loadtest/report.md. A measure that fails is told
 * and the others still run; the exit code is then 1.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { describeError, EXIT } from '../../model/error.ts'
import { parseOptions } from './options.ts'
import { MEASURES } from './plan.ts'
import { reportOf } from './report.ts'
import { loadResults, saveResults } from './results.ts'
import type { BenchOptions } from './round/measure.ts'
import { runMeasure } from './runner.ts'

/** Above this load average other programs have a say in the figures. */
const LOAD_QUIET = 0.5
const NAMES = MEASURES.map(({ name }) => name)
const FOLDER = new URL('../', import.meta.url).pathname

async function benchAll(options: BenchOptions): Promise<number> {
  // Figures of a quick run mean nothing, so they never replace real ones.
  const target = options.quick ? `${FOLDER}../.tapmesh/bench` : FOLDER
  const [load = 0] = loadavg()
  if (load > LOAD_QUIET) {
    console.log(`The machine is busy (load average ${load.toFixed(1)}): figures will be noisy.`)
  }
  let code: number = EXIT.done
  for (const measure of MEASURES) {
    if (options.names.length > 0 && !options.names.includes(measure.name)) continue
    console.log(`\n${measure.name}: ${measure.title}`)
    try {
      await saveResults(
        `${target}/results`,
        await runMeasure(measure, options, (line) => console.log(`  ${line}`)),
      )
    } catch (error) {
      console.error(`  failed: ${describeError(error)}`)
      code = EXIT.finding
    }
  }
  await mkdir(target, { recursive: true })
  await writeFile(`${target}/report.md`, reportOf(await loadResults(`${target}/results`, NAMES)))
  console.log(`\nreport: ${options.quick ? '.tapmesh/bench' : 'loadtest'}/report.md`)
  return code
}

try {
  process.exitCode = await benchAll(parseOptions(process.argv.slice(2), NAMES))
} catch (error) {
  console.error(describeError(error))
  process.exitCode = EXIT.usage
}
