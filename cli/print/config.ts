import type {
  AuditAnswer,
  AuditEntry,
  ConfigAnswer,
  ConfigRevision,
  ConfigRevisionAnswer,
} from '../../model/enforcement.ts'
import { FEATURES, isFeature } from '../../model/feature.ts'
import { settingsByCaller } from '../../model/policy.ts'
import { explainFeature, targetOf } from '../../policy/explain.ts'
import { readPolicyText, serviceIn } from '../../policy/policy-file.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { explainLines } from './policy.ts'
import { plain, table } from './table.ts'

/** What `tapmesh config get`, `config history` and `audit` say to people. */

type Look = Pick<Terminal, 'style' | 'width'>

export const NOTHING_SET = `No policy is set: nothing is judged and nothing is enforced.
Begin with what your own calls say, without acting on any:
  tapmesh recommend <service> > policy.yaml
  tapmesh backtest policy.yaml
  tapmesh config set policy.yaml --reason "first rehearsal"`

/** `2026-11-21 18:07:05Z` */
function moment(instant: string): string {
  return instant.replace('T', ' ').replace(/\.\d+Z$/, 'Z')
}

/** Which revision a document is, and what keeps it from holding. */
export function documentNote(answer: ConfigAnswer | ConfigRevisionAnswer): string {
  const at = 'changed_at' in answer ? answer.changed_at : answer.at
  const said = `revision ${answer.revision}, set ${moment(at ?? '')} by ${answer.actor}: ${answer.reason}`
  const more = [
    answer.bypass ? 'everything is switched off by hand (bypass)' : undefined,
    'fault' in answer ? `this version cannot read it, so it sets nothing: ${answer.fault}` : undefined,
    'served_from' in answer ? `served from ${answer.served_from}; change it there` : undefined,
  ]
  return [said, ...more]
    .filter((line) => line !== undefined)
    .map(plain)
    .join('\n')
}

/** A service, or one feature of it, out of a document. @throws TapmeshError TAPMESH_NOT_FOUND, TAPMESH_USAGE */
export function targetLines(document: string, target: string, json: boolean, look: Look): string[] {
  const file = readPolicyText('policy', document)
  const last = target.slice(target.lastIndexOf('.') + 1)
  if (!file.policy.services.has(target) && (isFeature(last) || target.includes('.'))) {
    const { service, feature } = targetOf(target)
    const rows = explainFeature(file, service, feature, '')
    if (json) return [JSON.stringify({ service, feature, caller: '', values: rows }, null, 2)]
    return explainLines(feature, rows, look)
  }
  const named = serviceIn(file, target)
  const rows = FEATURES.flatMap((feature) =>
    settingsByCaller(named, feature).map(({ caller, settings: { mode, percent } }) => ({
      ...{ feature, caller: caller || 'all', mode, percent },
    })),
  )
  if (json) return [JSON.stringify({ service: target, features: rows }, null, 2)]
  return table(
    [
      { title: 'feature' },
      { title: 'caller', flexible: true },
      { title: 'mode' },
      { title: 'percent', align: 'right' },
    ],
    rows.map(({ feature, caller, mode, percent }) => [feature, caller, mode, String(percent)]),
    look.width(),
    look.style.bold,
  )
}

export function historyLines(revisions: readonly ConfigRevision[], { style, width }: Look): string[] {
  if (revisions.length === 0) return [NOTHING_SET]
  return table(
    [
      { title: 'revision' },
      { title: 'at' },
      { title: 'what' },
      { title: 'who', flexible: true },
      { title: 'document' },
      { title: 'why', flexible: true },
    ],
    revisions.map(({ revision, at, action, actor, reason, bypass, document_revision }) => [
      ...[revision, moment(at), bypass ? `${action} (bypassed)` : action, actor],
      ...[document_revision === revision ? 'new' : document_revision || 'none', reason],
    ]),
    width(),
    style.bold,
  )
}

/** Lines of one side, as many as a person reads. */
const LINES_MAX = 6

function sideLines(sign: string, text: string, paint: (text: string) => string): string[] {
  if (text === '') return []
  const lines = text.split('\n')
  const left = lines.length - LINES_MAX
  const shown = left > 1 ? [...lines.slice(0, LINES_MAX), `… and ${left} more`] : lines
  return shown.map((line) => paint(plain(`    ${sign} ${line}`)))
}

export function auditLines(entries: readonly AuditEntry[], { style }: Look): string[] {
  return entries.flatMap(({ seq, at, actor, action, reason, auto, revision, before, after }) => [
    plain(
      `${seq}  ${moment(at)}  ${action} by ${auto ? `${actor}, by itself` : actor}  revision ${revision}`,
    ),
    plain(`    ${reason}`),
    ...sideLines('-', before, style.red),
    ...sideLines('+', after, style.green),
  ])
}

/** Whether the chain holds; the newest entry has to be the first of the answer. */
export function chainLine({ entries, intact, broken_at }: AuditAnswer, { style }: Look): string {
  if (!intact)
    return style.red(`The audit was changed: entry ${broken_at} does not follow from those before it.`)
  const newest = entries[0]
  if (newest === undefined) return 'The audit has no entries yet.'
  return style.dim(`${newest.seq} entries, each follows from the one before; newest hash ${newest.hash}`)
}
