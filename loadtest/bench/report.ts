import type { Reading, Results } from './round/measure.ts'
import { median, ratios, type Spread, spread } from './round/statistics.ts'
import { figure, table } from './table.ts'
import { CALIBRATED_CALL_US, calibration, judge, type Standing, TARGETS, type Verdict } from './targets.ts'

/** The yardstick of the ratio column. */
const YARDSTICK = 'nginx'

const MARK: Readonly<Record<Standing, string>> = {
  aim: '✅ aim',
  must: '✔ must',
  missed: '❌ missed',
  unmeasured: 'not measured',
}

/** The text of loadtest/report.md: made of the results files alone, so a partial run changes only its part. */
export function reportOf(all: readonly Results[]): string {
  const verdicts = TARGETS.map((target) => judge(target, all))
  return `${[introduction(all), targetsPart(verdicts), ...all.map(measurePart)].join('\n\n')}\n`
}

function introduction(all: readonly Results[]): string {
  const machines = new Set(all.map(({ machine }) => machineLine(machine)))
  return `# What tapmesh costs

Written by \`npm run bench\`; not edited by hand. Each figure is the median of its rounds with the lowest
and the highest in brackets. Rounds are interleaved (A B C A B C …), and a ratio is taken within each
round before its median is: the machine's weather changes, and the peers of one round had the same.
A shared virtual machine is noisy: trust ratios, not microseconds.

Machine: ${[...machines].join('; ') || 'none yet'}

${calibrationLine(all)}

Run all: \`npm run bench -- --full\`. Some: \`npm run bench -- saturation fixed-rate --rounds 5 --seconds 4\`.
\`--quick\` shows that everything runs; its figures mean nothing. A run replaces the sections of the
benches it ran; their raw readings are in \`loadtest/results/\`.`
}

function calibrationLine(all: readonly Results[]): string {
  const scale = calibration(all)
  return `Calibration: a call of nginx with access log at full load cost ${figure(CALIBRATED_CALL_US / scale)} µs on this core. Absolute CPU times against targets are multiplied by ${figure(scale)}, so that they mean a core on which it costs ${CALIBRATED_CALL_US} µs.`
}

function machineLine(machine: Results['machine']): string {
  const { processor, cores, kernel, memory_gib, node } = machine
  return `${processor}, ${cores} cores, ${figure(memory_gib)} GiB, Linux ${kernel}, Node ${node}`
}

function targetsPart(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ target, standing, value }) => [
    target.text,
    value ? `${bracketed(value)}${target.unit ? ` ${target.unit}` : ''}` : '-',
    `${target.bound} ${target.must}`,
    target.aim === undefined ? '' : `${target.bound} ${target.aim}`,
    MARK[standing],
  ])
  const count = (standing: Standing) => verdicts.filter((one) => one.standing === standing).length
  return `## Against the targets

${count('aim')} reach the aim, ${count('must')} the must, ${count('missed')} miss it, ${count('unmeasured')} are not measured.

${table(['measure', 'tapmesh', 'must', 'aim', ''], rows)}${missedPart(verdicts)}`
}

/** Where a promise is not kept, the report says why. */
function missedPart(verdicts: readonly Verdict[]): string {
  const missed = verdicts.filter(({ standing }) => standing === 'missed')
  if (missed.length === 0) return ''
  const lines = missed.map(
    ({ target }) => `- ${target.text}: ${target.reason ?? 'the reason is not known yet.'}`,
  )
  return `\n\nMissed:\n\n${lines.join('\n')}`
}

function measurePart(results: Results): string {
  const { options, skipped, versions, commands } = results
  const quick = options.quick ? ' **A quick run: these figures mean nothing.**' : ''
  const missing = skipped.map(({ subject, reason }) => `Skipped: ${subject} (${reason}).`).join('\n')
  const programs = Object.entries(versions).map(([program, version]) => `${program} ${version}`)
  return [
    `## ${results.title}`,
    `\`${results.measure}\`: ${results.explanation}${quick}`,
    readingsTable(results.readings),
    failures(results.readings),
    missing,
    `${results.date}, ${options.rounds} rounds of ${options.seconds} s${programs.length > 0 ? `; ${programs.join(', ')}` : ''}. ${weatherLine(results)}`,
    `<details><summary>Commands</summary>\n\n\`\`\`\n${distinct(commands).join('\n')}\n\`\`\`\n\n</details>`,
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** A cheap failure would look like speed, so failed calls are said in words too. */
function failures(readings: readonly Reading[]): string {
  const failed = readings.filter(({ quantity, rounds }) => quantity === 'errors' && Math.max(...rounds) > 0)
  if (failed.length === 0) return ''
  const counts = failed.map(({ subject, rounds }) => `${subject} ${rounds.join(', ')}`)
  return `**Failed calls, so that these figures are not to be compared:** ${counts.join('; ')}.`
}

function weatherLine({ weather }: Results): string {
  const stolen = figure(weather.stolen_share * 100)
  return `Load average ${figure(weather.load_before)} before it began; ${stolen} % of the time was taken by other virtual machines.`
}

/** Subjects down, quantities across; the ratio column is of the first quantity that costs something. */
function readingsTable(readings: readonly Reading[]): string {
  if (readings.length === 0) return 'Nothing was measured.'
  const quantities = distinct(readings.map(({ quantity }) => quantity))
  const subjects = distinct(readings.map(({ subject }) => subject))
  const main = quantities[0] === 'cpu_us_per_call' ? quantities[0] : undefined
  const yardstick = of(readings, YARDSTICK, main)
  const head = ['', ...quantities.map((quantity) => `\`${quantity}\``)]
  if (yardstick) head.splice(2, 0, `ratio to ${YARDSTICK}`)
  const rows = subjects.map((subject) => {
    const cells = quantities.map((quantity) => {
      const reading = of(readings, subject, quantity)
      return reading
        ? quantity === quantities[0]
          ? bracketed(spread(reading.rounds))
          : figure(median(reading.rounds))
        : ''
    })
    const own = of(readings, subject, main)
    if (yardstick) cells.splice(1, 0, own ? bracketed(spread(ratios(own.rounds, yardstick.rounds))) : '')
    return [subject, ...cells]
  })
  return table(head, rows)
}

function of(
  readings: readonly Reading[],
  subject: string,
  quantity: string | undefined,
): Reading | undefined {
  return readings.find((one) => one.subject === subject && one.quantity === quantity)
}

function bracketed({ median: middle, min, max }: Spread): string {
  return min === max ? figure(middle) : `${figure(middle)} (${figure(min)}–${figure(max)})`
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)]
}
