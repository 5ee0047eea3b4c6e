import { useSignal } from '@preact/signals'
import { AUDIT_ACTIONS, type AuditAnswer, type AuditEntry } from '../../model/enforcement.ts'
import { type ApiError, apiAddress, getJson } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { ACTION_WORDS, AuditList, fits } from '../enforce/audit-list.tsx'
import { asApiError } from '../enforce/reason-form.tsx'
import { ControlHead } from '../enforce/tabs.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { Empty, Problem } from '../parts/notice.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { queryValue, setQuery } from '../state/location.ts'

/** Who changed what, when and why; each entry's hash covers the one before. */

const PAGE = 100

function Chain({ answer }: { answer: AuditAnswer }) {
  const newest = answer.entries[0]
  if (!newest) return null
  return answer.intact ? (
    <p class="verdict is-ok" data-chain="intact">
      <span aria-hidden="true">●</span>
      <b>The chain is whole.</b> Each of {newest.seq} {newest.seq === 1 ? 'entry' : 'entries'} follows from
      the one before.
    </p>
  ) : (
    <p class="verdict is-bad" data-chain="broken">
      <span aria-hidden="true">■</span>
      <b>The chain is broken at entry {answer.broken_at}.</b> It was changed after it was written, or one
      before it is missing: nothing from there on proves anything.
    </p>
  )
}

function Filters() {
  return (
    <>
      <input
        class={`field ${queryValue('find') === '' ? '' : 'set'}`}
        type="search"
        placeholder="Service, feature, person, reason"
        aria-label="Find in the audit"
        value={queryValue('find')}
        onInput={(event) => setQuery({ find: event.currentTarget.value })}
      />
      <select
        class={`field ${queryValue('action') === '' ? '' : 'set'}`}
        aria-label="Action"
        value={queryValue('action')}
        onChange={(event) => setQuery({ action: event.currentTarget.value })}
      >
        <option value="">Any action</option>
        {AUDIT_ACTIONS.map((action) => (
          <option key={action} value={action}>
            {ACTION_WORDS[action]}
          </option>
        ))}
      </select>
    </>
  )
}

/** Entries before those of the first answer, asked for page by page. */
function useOlder() {
  const rows = useSignal<readonly AuditEntry[]>([])
  const error = useSignal<ApiError | undefined>(undefined)
  const more = async (before: number) => {
    try {
      const address = apiAddress('audit', { limit: String(PAGE), before: String(before) })
      const { entries } = await getJson<AuditAnswer>(address)
      rows.value = [...rows.value, ...entries]
      error.value = undefined
    } catch (thrown) {
      error.value = asApiError(thrown)
    }
  }
  return { rows, error, more }
}

function Entries({ answer }: { answer: AuditAnswer }) {
  const older = useOlder()
  const newest = new Set(answer.entries.map((entry) => entry.seq))
  const all = [...answer.entries, ...older.rows.value.filter((entry) => !newest.has(entry.seq))]
  const [find, action] = [queryValue('find'), queryValue('action')]
  const shown = all.filter((entry) => (action === '' || entry.action === action) && fits(entry, find))
  const last = all.at(-1)
  if (!last) {
    return (
      <Empty title="Nothing was ever changed" kind="no-audit">
        <p class="muted">Every change of what is enforced will stand here, with who made it and why.</p>
      </Empty>
    )
  }
  return (
    <>
      <Chain answer={answer} />
      {shown.length === 0 ? (
        <p class="note">None of the {all.length} entries read so far is like that.</p>
      ) : (
        <AuditList entries={shown} />
      )}
      {older.error.value ? <Problem error={older.error.value} title="Older entries cannot be read" /> : null}
      {last.seq > 1 ? (
        <p class="older">
          <button type="button" class="button" onClick={() => void older.more(last.seq)}>
            Older entries
          </button>
        </p>
      ) : null}
    </>
  )
}

export function AuditPage() {
  const address = apiAddress('audit', { limit: String(PAGE) })
  const asked = useResource<AuditAnswer>(address, true)
  return (
    <main class="page">
      <ControlHead title="Audit">
        <Filters />
      </ControlHead>
      <ResourceView {...asked} what="The audit" lines={8}>
        {(answer) => <Entries answer={answer} />}
      </ResourceView>
      <SameView command={tapmeshCommand(['audit'])} address={address} />
    </main>
  )
}
