import type { ConfigAnswer, ConfigChanged, EnforcementCell } from '../../model/enforcement.ts'
import { change } from '../data/change.ts'
import { Command } from '../parts/copy.tsx'
import { tapmeshCommand } from '../parts/same-view.tsx'
import { announce } from '../parts/toast.tsx'
import { localText } from '../state/range.ts'
import { Ask } from './ask.tsx'
import { Differences } from './differences.tsx'
import { ReasonForm } from './reason-form.tsx'

/** Undoing the newest change, and taking a latch off. */

export function Undo({ config, made }: { config: ConfigAnswer; made: ConfigChanged | undefined }) {
  if (config.changed_at === null || config.served_from !== undefined) return null
  const mine = made?.revision === config.revision
  return (
    <div class="undo" data-undo>
      <p class="muted">
        {mine ? (
          <>
            You set revision <span class="mono">{config.revision}</span>
          </>
        ) : (
          'Newest change of the document'
        )}
        , {localText(config.changed_at)}, by {config.actor}: “{config.reason}”
      </p>
      {mine && made.changes.length > 0 ? <Differences rows={made.changes} /> : null}
      <Ask
        word="Undo it"
        button="Undo this change"
        initial={`undo: ${config.reason}`}
        send={async (reason) => {
          const asked = { reason, base_revision: config.revision }
          const undone = await change<ConfigChanged>('config/undo', asked)
          announce(`Undone, as revision ${undone.revision}`)
        }}
      />
    </div>
  )
}

export function Latched({ cell }: { cell: EnforcementCell | undefined }) {
  if (!cell?.latched) return null
  const { service, feature, latched } = cell
  return (
    <div class="problem wide" role="alert" data-latched>
      <strong>
        <span aria-hidden="true">■</span> Put back to dry-run by a guard, {localText(latched.at)}
      </strong>
      <p>{latched.reason}</p>
      <p class="muted">It stays so until a person re-arms it. What the guard saw is in the audit.</p>
      <ReasonForm
        word="Re-arm"
        label="Why it may act again"
        send={async (reason) => {
          await change('config/rearm', { service, feature, reason })
          announce(`${service}.${feature} is re-armed`)
        }}
      />
      <Command text={tapmeshCommand(['config', 'rearm', `${service}.${feature}`], { reason: 'why' })} />
    </div>
  )
}
