import type { ComponentChildren } from 'preact'
import type { StatusAnswer } from '../../graph-api/contract.ts'
import { type ApiError, apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { chooseRange, chooseWindow, clockText, localText, type RangeName, range } from '../state/range.ts'
import { Empty, Loading, Problem } from './notice.tsx'

/** What stands where one thing should: while it loads, where the window has no calls of it, where asking fails. */

const WIDER: readonly RangeName[] = ['1h', '24h', '7d']
const WORDS: Partial<Record<RangeName, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
}

/** Ten minutes before the newest call that is stored. */
function NewestButton({ newest }: { newest: string }) {
  const at = Date.parse(newest)
  return (
    <button
      type="button"
      class="button"
      onClick={() => chooseWindow(new Date(at - 600_000).toISOString(), new Date(at + 1000).toISOString())}
    >
      Around the newest call, {localText(newest)}
    </button>
  )
}

function NotInWindow({ what }: { what: string }) {
  const status = useResource<StatusAnswer>(apiAddress('status'), false)
  const newest = status.data?.store.newest
  return (
    <Empty title="No calls in this window" kind="outside">
      <p class="muted">
        {what} had no calls in the chosen time
        {newest === null ? ', and the store holds none at all yet.' : '. Look further back:'}
      </p>
      <p class="choices-row">
        {WIDER.filter((name) => name !== range.value.name).map((name) => (
          <button key={name} type="button" class="button" onClick={() => chooseRange(name)}>
            {WORDS[name]}
          </button>
        ))}
        {newest ? <NewestButton newest={newest} /> : null}
      </p>
    </Empty>
  )
}

interface ResourceViewProps<T> {
  data: T | undefined
  error: ApiError | undefined
  /** When the data arrived, milliseconds. */
  at: number
  /** Whatever it is, for the sentences. */
  what: string
  lines: number
  children: (data: T) => ComponentChildren
}

/** The data; above it, where it could not be renewed, how old it is and why. */
export function ResourceView<T>({ data, error, at, what, lines, children }: ResourceViewProps<T>) {
  if (error?.code === 'TAPMESH_NOT_FOUND') return <NotInWindow what={what} />
  if (data === undefined) {
    if (error === undefined) return <Loading lines={lines} />
    return <Problem error={error} title={`${what} cannot be shown`} />
  }
  return (
    <>
      {error ? (
        <p class="note stale-note" role="status" data-stale="true">
          As it was at {clockText(at, false)}: {error.message}. It is asked again by itself.
        </p>
      ) : null}
      {children(data)}
    </>
  )
}
