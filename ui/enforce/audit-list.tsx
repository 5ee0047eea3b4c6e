import type { AuditAction, AuditEntry } from '../../model/enforcement.ts'
import { localText } from '../state/range.ts'
import { DiffLines } from './diff-lines.tsx'
import type { DiffLine } from './proposal.ts'

/** Entries of the audit, newest first: when, who, what and why, before and after. */

export const ACTION_WORDS: Readonly<Record<AuditAction, string>> = {
  set: 'document set',
  edit: 'feature changed',
  undo: 'undone',
  rearm: 're-armed',
  bypass: 'bypass',
  advance: 'rollout went on',
  rollback: 'put back',
  expire: 'ended by its clock',
  file: 'file changed',
  'join-token': 'join token made',
  identity: 'certificate issued',
}

const TONES: Partial<Record<AuditAction, string>> = { rollback: 'is-bad', bypass: 'is-warn', undo: 'is-warn' }

const linesOf = (text: string, kind: DiffLine['kind']): DiffLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ kind, text: line }))

/** Whether an entry holds the text anywhere a person would look. */
export function fits(entry: AuditEntry, text: string): boolean {
  const all = [entry.actor, entry.reason, entry.before, entry.after, entry.revision, entry.action]
  return all.join('\n').toLowerCase().includes(text.toLowerCase())
}

export function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <ol class="audit">
      {entries.map((entry) => (
        <li key={entry.seq} class="audit-entry" data-seq={entry.seq}>
          <p class="audit-head">
            <span class="faint">{entry.seq}</span>
            <b class={`tone-text ${TONES[entry.action] ?? ''}`}>{ACTION_WORDS[entry.action]}</b>
            <span>
              by <b>{entry.actor}</b>
            </span>
            {entry.auto ? <span class="tag">by itself</span> : null}
            <span class="muted">
              {localText(entry.at)}, revision <span class="mono">{entry.revision}</span>
            </span>
            <span class="mono faint audit-hash" title={`SHA-256 ${entry.hash}`}>
              {entry.hash.slice(0, 12)}
            </span>
          </p>
          <p>{entry.reason}</p>
          {entry.before + entry.after === '' ? null : (
            <DiffLines
              label="What changed"
              lines={[...linesOf(entry.before, 'del'), ...linesOf(entry.after, 'ins')]}
            />
          )}
        </li>
      ))}
    </ol>
  )
}
