/**
 * `npm run load -- steady --target http://127.0.0.1:8080`: a load for a whole mesh, made with
 * autocannon. Exits with 0 where all thresholds held, 1 where one was passed, 64 for bad usage.
 */
import { describeError, EXIT } from '../../model/error.ts'
import { brokenBy } from './judge.ts'
import { type LoadOptions, parseOptions } from './options.ts'
import { SCENARIOS, scaled, secondsOf } from './scenario.ts'
import { shoot } from './shoot.ts'
import { stepsOf } from './step.ts'

const column = (value: number | string, width: number) => String(value).padStart(width)

async function run({ name, target, scale }: LoadOptions): Promise<number> {
  const scenario = scaled(SCENARIOS[name], scale)
  const { thresholds } = scenario
  console.log(`${name}: ${scenario.title}; ${Math.round(secondsOf(scenario))} s against ${target}`)
  console.log('   rate/s     visits     failed     p90 ms     p99 ms')
  let held = 0
  let code: number = EXIT.done
  for (const step of stepsOf(scenario)) {
    const outcome = await shoot(target, step)
    const broken = brokenBy(outcome, thresholds)
    const cells = [step.rate, outcome.visits, outcome.failed, outcome.p90_ms, outcome.p99_ms]
    console.log(
      `${cells.map((cell) => column(cell, 9)).join('  ')}${broken.length > 0 ? `  ${broken.join(', ')}` : ''}`,
    )
    if (broken.length === 0) held = Math.max(held, step.rate)
    else code = EXIT.finding
    if (broken.length > 0 && scenario.ends_when_broken) break
  }
  const verdict = code === EXIT.done ? 'all thresholds held' : 'a threshold was passed'
  console.log(`${verdict}; highest rate that held: ${held} visits a second`)
  return code
}

try {
  process.exitCode = await run(parseOptions(process.argv.slice(2)))
} catch (error) {
  console.error(describeError(error))
  process.exitCode = EXIT.usage
}
