import type { BacktestAnswer, BacktestFeature, BacktestRow } from '../../graph-api/contract.ts'
import { DECISIONS } from '../../model/decision.ts'
import { decisionText, type Feature } from '../../model/feature.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { count, share } from './quantity.ts'
import { plain, type TableColumn, table } from './table.ts'

/** What `tapmesh backtest` says to people: first what would be lost, then feature by feature, then what is not known. */

type Look = Pick<Terminal, 'style' | 'width'>

/** Rows of one feature; `--json` has more. */
const ROWS_MAX = 12

/** `9 calls`, `1 call`. */
function calls(value: number): string {
  return `${count(value)} ${value === 1 ? 'call' : 'calls'}`
}

const part = (value: number, of: number) => (of === 0 ? '' : ` (${share(value / of)})`)

/** Decisions whose words come with figures of their own. */
const TOLD_APART: ReadonlySet<string> = new Set(['pass', 'retry', 'no_retry'])

/** One line on one feature: what would have happened to how many. */
function verdictLine(feature: BacktestFeature): string {
  const { decisions, calls: all, refused, good_refused, good_cut } = feature
  const parts = DECISIONS.flatMap((decision) => {
    const number = decisions[decision] ?? 0
    if (number === 0 || TOLD_APART.has(decision)) return []
    const words = decisionText(feature.feature as Feature, decision, true)
    return `${count(number)} ${words}${part(number, all)}`
  })
  if (refused > 0) parts.push(`${count(good_refused)} of the refused had ended well`)
  if (good_cut > 0) parts.push(`${count(good_cut)} of the cut had ended well`)
  if (feature.retries) parts.push(...retryParts(feature.retries, all))
  return parts.length === 0 ? 'nothing would have happened' : parts.join(', ')
}

function retryParts(retries: NonNullable<BacktestFeature['retries']>, all: number): string[] {
  if (retries.failed === 0) return ['no call failed']
  const { failed, retried, recovered, unknown, already_retried, over_budget, extra_load } = retries
  const parts = [
    `${count(failed)} failed${part(failed, all)}`,
    `${count(retried)} sent again`,
    `${count(recovered)} of them${part(recovered, retried)} with the next real call of their kind going well`,
    `load +${share(extra_load)}`,
  ]
  if (unknown > 0) parts.push(`${count(unknown)} cannot be told`)
  if (over_budget > 0) parts.push(`${count(over_budget)} past the budget`)
  if (already_retried > 0) {
    parts.push(`${count(already_retried)} were sent again by their callers already: the two multiply`)
  }
  return parts
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'verdict' },
  { title: 'calls', align: 'right' },
  { title: 'ended well', align: 'right' },
  { title: 'caller', flexible: true },
  { title: 'method' },
  { title: 'route', flexible: true },
  { title: 'rule' },
  { title: 'last seen' },
]

function rowCells(row: BacktestRow): string[] {
  return [
    row.decision.replace('_', ' '),
    count(row.calls),
    count(row.good),
    row.source,
    row.method === '' ? '-' : row.method,
    row.route === '' ? '-' : row.route,
    row.rule,
    row.last_seen.slice(0, 16).replace('T', ' '),
  ]
}

/** Each distinct reason once, with a call to look at. */
function reasonLines(rows: readonly BacktestRow[], { style }: Look): string[] {
  const reasons = new Map<string, string>()
  for (const { reason, samples } of rows) {
    if (!reasons.has(reason)) reasons.set(reason, samples[0] ?? '')
  }
  return [...reasons].map(([reason, sample]) =>
    style.dim(plain(`    ${reason}${sample === '' ? '' : ` · such as call ${sample}`}`)),
  )
}

function featureLines(feature: BacktestFeature, look: Look): string[] {
  const { style } = look
  const loses = feature.refused + feature.good_cut > 0
  const title = `${feature.service}.${feature.feature}`
  const head = `${style.bold(plain(title))}  ${calls(feature.calls)} judged: ${verdictLine(feature)}`
  const rows = feature.rows.slice(0, ROWS_MAX)
  const lines = [loses ? head.replace(style.bold(plain(title)), style.red(plain(title))) : head]
  if (rows.length > 0) {
    lines.push(
      ...table(COLUMNS, rows.map(rowCells), look.width() - 2, style.bold).map((line) => `  ${line}`),
      ...reasonLines(rows, look),
    )
  }
  const hidden = feature.rows.length - rows.length
  if (hidden > 0) lines.push(style.dim(`    and ${hidden} more callers and routes; --json names them`))
  for (const { endpoint, ejections, ejected_s } of feature.endpoints ?? []) {
    if (ejections === 0) continue
    lines.push(
      plain(`  endpoint ${endpoint}: left out ${count(ejections)} times, ${count(ejected_s)} s in all`),
    )
  }
  const { worst } = feature
  if (worst && worst.affected < feature.affected) {
    const { seconds } = worst
    const length =
      seconds === 60 ? 'minute' : seconds < 120 ? `${count(seconds)} s` : `${count(seconds / 60)} min`
    lines.push(
      style.dim(
        `    worst ${length}: ${moment(worst.ts)}, ${count(worst.affected)} of ${calls(worst.calls)}`,
      ),
    )
  }
  return [...lines, '']
}

/** Seconds are enough for a person. */
const moment = (instant: string) => `${instant.slice(0, 19).replace('T', ' ')}Z`

/** Where nothing was seen once there still is a chance: at most three in so many calls (rule of three). */
function chance(unseen: NonNullable<BacktestAnswer['unseen']>, examined: number): string {
  return unseen.seen_once > 0 ? share(unseen.chance) : `at most ${share(Math.min(1, 3 / examined))}`
}

function evidenceLines({ window, coverage, unseen, calls: examined, elapsed_ms }: BacktestAnswer): string[] {
  const lines = [
    `Window ${moment(window.from)} to ${moment(window.to)}: ${calls(examined)} examined in ${(elapsed_ms / 1000).toFixed(1)} s.`,
  ]
  if (coverage.first_call !== null) {
    const lost = coverage.lost === 0 ? 'nothing lost' : `${count(coverage.lost)} rows lost`
    lines.push(`First call ${moment(coverage.first_call)}, last ${moment(coverage.last_call!)}; ${lost}.`)
  }
  if (unseen) {
    lines.push(
      `Chance that the next call is of a caller, method and route never seen: ${chance(unseen, examined)} (${count(unseen.kinds)} kinds, ${count(unseen.seen_once)} seen once).`,
    )
  }
  return lines
}

export function backtestLines(answer: BacktestAnswer, look: Look): string[] {
  const { style } = look
  const verdict =
    answer.calls === 0
      ? style.yellow('No call to these services was recorded in the window: nothing can be said.')
      : answer.would_lose > 0
        ? style.red(
            `This policy would have cost ${calls(answer.would_lose)}: denied, shed, or cut although they ended well.`,
          )
        : style.green('This policy would have refused or cut no call that ended well.')
  return [
    verdict,
    ...evidenceLines(answer),
    '',
    ...answer.features.flatMap((feature) => featureLines(feature, look)),
    ...answer.notes.map((note) => style.dim(plain(`- ${note}`))),
  ]
}
