import type { EnforcementAnswer, EnforcementCell, WhyAnswer } from '../../model/enforcement.ts'
import type { CallVerdict } from '../../model/verdict.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { count } from './quantity.ts'
import { plain, table } from './table.ts'

/** What `tapmesh enforcement` and `tapmesh explain` say to people. */

type Look = Pick<Terminal, 'style' | 'width'>

/** `dry-run`, `enforce 10 %`: mode, and percent where it means something. */
function modeText(mode: EnforcementCell['mode'], percent: number): string {
  return mode === 'enforce' ? `enforce ${percent} %` : mode
}

function rolloutText({ rollout, latched }: EnforcementCell): string {
  if (latched) return `put back ${latched.at.slice(0, 16).replace('T', ' ')}`
  if (rollout === null) return ''
  const { steps, at_step, next_at, held } = rollout
  const place = `step ${at_step + 1} of ${steps.length}`
  if (held !== null) return `${place}, waits`
  return next_at === null ? place : `${place}, next ${next_at.slice(11, 16)}`
}

/** The matrix, one line a feature; why what is in force is less than what is asked for stands below. */
export function enforcementLines(answer: EnforcementAnswer, { style, width }: Look): string[] {
  const { cells, bypass, revision } = answer
  const head = bypass ? [style.yellow('Everything is bypassed by hand: nothing is judged or enforced.')] : []
  if (cells.length === 0) return [...head, 'The policy names no feature.']
  const rows = cells.map((cell) => [
    `${cell.service}.${cell.feature}`,
    modeText(cell.mode, cell.percent),
    modeText(cell.mode_in_force, cell.percent_in_force),
    rolloutText(cell),
    ...[cell.calls, cell.would, cell.acted].map(count),
  ])
  const right = 'right' as const
  const columns = [
    { title: 'feature', flexible: true },
    { title: 'asked for' },
    { title: 'in force' },
    { title: 'rollout' },
    { title: 'calls', align: right },
    { title: 'would', align: right },
    { title: 'acted', align: right },
  ]
  const notes = cells.flatMap((cell) => {
    const why = [cell.why, cell.rollout?.held].filter((text) => typeof text === 'string')
    return why.map((text) => style.dim(plain(`${cell.service}.${cell.feature}: ${text}`)))
  })
  return [...head, ...table(columns, rows, width(), style.bold), ...notes, style.dim(`Revision ${revision}.`)]
}

/** `would deny (rule default)`, `did cut, treated cohort`. */
function saidText({ decision, acted, rule, cohort }: CallVerdict): string {
  const done = decision === 'pass' ? 'pass' : `${acted ? 'did' : 'would'} ${decision.replace('_', ' ')}`
  return `${done}${rule === '' ? '' : ` (rule ${rule})`}${cohort === undefined ? '' : `, ${cohort} cohort`}`
}

export function whyLines(answer: WhyAnswer, { style }: Look): string[] {
  const { ts, source, destination, method, route, status, outcome, config_version, verdicts } = answer
  const head = `${ts}  ${source} -> ${destination}  ${method} ${route}  ${status === '' ? outcome : status}`
  if (verdicts.length === 0) {
    const ran =
      config_version === ''
        ? 'It ran under no policy.'
        : `Every feature of revision ${config_version} let it pass.`
    return [plain(head), ran]
  }
  return [
    plain(head),
    ...verdicts.flatMap(({ reason, place, set_by, ...verdict }) => [
      `${style.bold(verdict.feature)}: ${plain(saidText(verdict))}`,
      plain(`  ${reason}`),
      ...(place === null ? [] : [style.dim(plain(`  ${place} of revision ${config_version}`))]),
      ...(set_by === null
        ? []
        : [style.dim(plain(`  set by ${set_by.actor} at ${set_by.at}: ${set_by.reason}`))]),
    ]),
  ]
}
