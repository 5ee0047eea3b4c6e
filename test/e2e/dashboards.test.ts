import { BOARDS } from '../../dashboards/boards.ts'
import { burnRules } from '../../dashboards/burn-rules.ts'
import type { Question } from '../../dashboards/question/question.ts'
import type { Slo } from '../../model/slo.ts'
import { DURATION_BOUNDS_US, TAP_BOUNDS_US } from '../../tap-proxy/sink/call-counters.ts'
import { grafanaPromql, grafanaSql, type View } from '../support/grafana.ts'
import { program, testWith } from '../support/system.ts'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { type Prometheus, type Sample, shippedJobs, startPrometheus } from './support/prometheus.ts'
import { startSteadyMesh } from './support/steady-mesh.ts'
import { endTaps } from './support/tap-process.ts'

/**
 * Every target of every dashboard against the real thing: taps under load, scraped by a real
 * Prometheus, their rows in a real store. Where a question has both variants, the two agree.
 */

const STEP_S = 20
const AGREEMENT = 0.02
/** A quantile so little above a bound of its histogram may belong below it. */
const AT_BOUND = 1.2
const CHOICES = { service: 'cart', source: 'shop', destination: 'cart', objective: '99', threshold_ms: '250' }
const SLOS: Slo[] = (['availability', 'latency'] as const).map((sli) => ({
  service: 'cart',
  sli,
  objective: 0.99,
  threshold_us: sli === 'latency' ? 250_000 : 0,
  window_s: 30 * 86_400,
}))

type Row = Record<string, string | number>
/** Labels joined -> number. */
type Values = Map<string, number>

let mesh: Awaited<ReturnType<typeof startSteadyMesh>>
let prometheus: Prometheus
let view: View
/** The view once the load has ended: objectives count everything since the beginning. */
let whole: View
/** Of every question with PromQL: the answer of each of its targets. */
const promAnswers = new Map<Question, Sample[][]>()

const questions = BOARDS.flatMap((board) => board.questions)

const isObjective = ({ prometheus: targets = [] }: Question) =>
  targets.some(({ expr }) => /slo_|ALERTS/.test(expr))
const viewOf = (question: Question) => (isObjective(question) ? whole : view)

async function ask(question: Question): Promise<Sample[][]> {
  const asked = viewOf(question)
  const targets = question.prometheus ?? []
  return await Promise.all(
    targets.map(({ expr }) => prometheus.query(grafanaPromql(expr, asked), asked.to_s)),
  )
}

/** When the target that was scraped longest ago was scraped, seconds since 1970; 0 where one is missing. */
async function scraped(): Promise<number> {
  const oldest = 'min(timestamp(tapmesh_tap_seconds_count > 0)) and count(up == 1) == 3'
  const [sample] = await prometheus.query(oldest, Date.now() / 1000)
  return sample?.value ?? 0
}

/** Waits for the beginning of a step of the series that has been scraped. */
async function nextStep(): Promise<number> {
  const from_s = Math.ceil(Date.now() / 1000 / STEP_S) * STEP_S
  await until('the step to begin', async () => (await scraped()) > from_s + 0.3)
  return from_s
}

/**
 * A load with silence before and after it inside one step: then both count exactly the same calls, and
 * all that Prometheus guesses is what lies between two scrapes.
 */
async function loadedWithin(from_s: number): Promise<boolean> {
  view = { from_s, to_s: from_s + STEP_S, step_s: STEP_S, choices: CHOICES }
  await mesh.load()
  const inTime = Date.now() / 1000 < view.to_s - 1
  await until('a scrape after the step', async () => (await scraped()) > view.to_s + 0.3)
  return inTime
}

beforeAll(async () => {
  // The tests are skipped then, and named; in CI they fail.
  if (program('prometheus') === undefined) return
  mesh = await startSteadyMesh()
  const [taps, collector] = shippedJobs()
  prometheus = await startPrometheus({
    jobs: { [taps!]: mesh.taps, [collector!]: [mesh.collector] },
    scrape_ms: 200,
    rules: burnRules(SLOS),
  })
  await mesh.first()
  await until('every target to be scraped with calls in it', async () => (await scraped()) > 0)
  for (let tries = 0; ; tries++) {
    if (await loadedWithin(await nextStep())) break
    if (tries === 2) throw new Error('this machine is too busy for a load of a few seconds')
  }
  for (const question of questions) {
    if (question.prometheus && !isObjective(question)) promAnswers.set(question, await ask(question))
  }
  const ended_s = Date.now() / 1000 + 1
  await until('the rules to see the end', async () => {
    const [sample] = await prometheus.query('min(timestamp(tapmesh:slo_budget_left))', Date.now() / 1000)
    return (sample?.value ?? 0) > ended_s
  })
  whole = { ...view, to_s: Math.ceil(Date.now() / 1000) }
  for (const question of questions) {
    if (isObjective(question)) promAnswers.set(question, await ask(question))
  }
  await mesh.finish()
}, 120_000)

afterAll(async () => {
  endTaps()
  await prometheus?.stop()
  await mesh?.remove()
}, 60_000)

const withBoth = testWith('prometheus')

/** Whole numbers may come as text, and times are text too. */
const isTime = (column: string) => /^(time|timestamp|first_seen|last_seen|last_report)$/.test(column)

/** What is compared is asked for the step alone; the rest for all that was recorded. */
async function rowsOf(question: Question): Promise<Row[][]> {
  const minutes = { ...view, from_s: view.from_s - 60, to_s: view.to_s + 60 }
  const asked = question.prometheus === undefined ? minutes : viewOf(question)
  const answers: Row[][] = []
  for (const { sql } of question.clickhouse ?? [])
    answers.push(await mesh.store.read<Row>(grafanaSql(sql, asked)))
  return answers
}

function promValues(samples: readonly Sample[]): Values {
  return new Map(
    samples
      .filter(({ value }) => Number.isFinite(value))
      .map(({ labels, value }) => {
        const { __name__: _, ...own } = labels
        return [Object.values(own).sort().join(' '), value]
      }),
  )
}

/** One map for each column of numbers, of the one step of a series or of the newest row of each line. */
function sqlValues(question: Question, answers: readonly Row[][]): Values[] {
  return answers.flatMap((rows, index) => {
    const whole = question.clickhouse![index]!.sql.includes('$__timeInterval')
    const first = rows[0]?.['time']
    const taken = whole ? rows.filter((row) => row['time'] === first) : rows
    const columns = Object.keys(rows[0] ?? {}).filter((name) => !isTime(name))
    const numbers = columns.filter((name) => typeof rows[0]![name] === 'number')
    const labels = columns.filter((name) => !numbers.includes(name))
    return numbers.map(
      (name) =>
        new Map(
          taken.map((row) => [
            labels
              .map((label) => String(row[label]))
              .sort()
              .join(' '),
            Number(row[name]),
          ]),
        ),
    )
  })
}

/** Two values agree within 2 %; a quantile out of buckets when it lies in the bucket of the exact one. */
function agrees(expr: string, fromPrometheus: number, fromStore: number): boolean {
  if (!expr.includes('histogram_quantile')) {
    const larger = Math.max(Math.abs(fromPrometheus), Math.abs(fromStore))
    return Math.abs(fromPrometheus - fromStore) <= AGREEMENT * larger
  }
  const buckets = expr.includes('tapmesh_tap_seconds') ? TAP_BOUNDS_US : DURATION_BOUNDS_US
  const bounds = [0, ...buckets, Number.POSITIVE_INFINITY].map((us) => us / 1e6)
  const upper = bounds.findIndex((bound) => fromPrometheus <= bound)
  // Interpolation puts a quantile whose call is the last of a bucket just above its bound.
  const isAtBound = fromPrometheus <= (bounds[upper - 1] ?? 0) * AT_BOUND
  // At its upper bound the call of that rank may be the first of the next bucket.
  const isFull = fromPrometheus * (1 + AGREEMENT) >= bounds[upper]!
  const low = bounds[upper - (isAtBound ? 2 : 1)] ?? 0
  const high = bounds[isFull ? Math.min(upper + 1, bounds.length - 1) : upper]!
  return fromStore >= low * (1 - AGREEMENT) && fromStore <= high * (1 + AGREEMENT)
}

test('a difference would be found', () => {
  expect(agrees('sum(x)', 100, 101.9)).toBe(true)
  expect(agrees('sum(x)', 100, 103)).toBe(false)
  expect(agrees('sum(x)', -100, -97)).toBe(false)
  expect(agrees('sum(x)', 0, Number.NaN)).toBe(false)
  expect(agrees('histogram_quantile(0.5, x)', 0.06, 0.074)).toBe(true)
  expect(agrees('histogram_quantile(0.5, x)', 0.06, 0.08)).toBe(false)
  expect(agrees('histogram_quantile(0.5, x)', 0.055, 0.04)).toBe(true)
  expect(agrees('histogram_quantile(0.5, x)', 0.065, 0.04)).toBe(false)
  expect(agrees('histogram_quantile(0.5, x)', 0.05, 0.06)).toBe(true)
  expect(agrees('histogram_quantile(0.5, x)', 0.05, 0.09)).toBe(false)
})

withBoth('every PromQL target answers with something', () => {
  const empty = [...promAnswers].flatMap(([{ title }, answers]) =>
    answers.flatMap((samples, index) => (samples.length === 0 ? [`${title} ${index}`] : [])),
  )
  expect(promAnswers.size).toBeGreaterThan(40)
  expect(empty).toEqual([])
})

withBoth.each(BOARDS.map((board) => [board.title, board] as const))(
  '%s: every SQL target answers with something, and says what its PromQL says',
  async (_, { questions: own }) => {
    for (const question of own) {
      const answers = await rowsOf(question)
      for (const [index, rows] of answers.entries()) {
        expect([question.title, index, rows.length > 0]).toEqual([question.title, index, true])
      }
      const samples = promAnswers.get(question)
      if (samples === undefined || question.clickhouse === undefined) continue
      const columns = sqlValues(question, answers)
      for (const [index, { expr }] of question.prometheus!.entries()) {
        const asked = promValues(samples[index]!)
        const stored = columns[index]!
        const differ = [...asked].filter(
          ([labels, value]) => !agrees(expr, value, stored.get(labels) ?? Number.NaN),
        )
        const said = differ.map(
          ([labels, value]) => `${labels}: Prometheus ${value}, store ${stored.get(labels)}`,
        )
        expect([question.title, index, said]).toEqual([question.title, index, []])
        expect([question.title, index, [...stored.keys()].sort()]).toEqual([
          question.title,
          index,
          [...asked.keys()].sort(),
        ])
      }
    }
  },
)
