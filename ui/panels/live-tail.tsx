import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { wholeText } from '../../picture/format.ts'
import { CallsList } from '../data/calls.ts'
import { Problem } from '../parts/notice.tsx'
import { range } from '../state/range.ts'
import { CallList } from './lists.tsx'

/** The last calls of an edge, and those that come while it is looked at. */

export function LiveTail({ filters, most }: { filters: Record<string, string>; most: number }) {
  const list = useMemo(() => new CallsList(), [])
  const paused = useSignal(false)
  const { from, to, follows } = range.value
  const asked = JSON.stringify([filters, from, to, follows])
  useEffect(() => {
    paused.value = false
    list.pause(false)
    list.open(filters, { from, to }, follows)
    return () => list.close()
  }, [asked, list])
  const calls = list.rows.value.slice(0, most)
  return (
    <div data-tail={follows}>
      {follows ? (
        <p class="tail-bar">
          <button
            type="button"
            class="button small"
            aria-pressed={paused.value}
            onClick={() => {
              paused.value = !paused.value
              list.pause(paused.value)
            }}
          >
            {paused.value ? null : <span class="live-dot" aria-hidden="true" />}
            {paused.value ? `Resume, ${list.waiting.value} waiting` : 'Pause'}
          </button>
          {list.skipped.value > 0 ? (
            <span class="note-inline" data-skipped={list.skipped.value}>
              {wholeText(list.skipped.value)} skipped
            </span>
          ) : null}
          {list.connected.value ? null : <span class="note-inline">disconnected, trying again</span>}
        </p>
      ) : null}
      {list.error.value && calls.length === 0 ? (
        <Problem error={list.error.value} title="The calls cannot be loaded" />
      ) : null}
      {calls.length > 0 ? (
        <CallList calls={calls} />
      ) : (
        <p class="muted">{list.loading.value ? 'Loading …' : 'No calls in this window.'}</p>
      )}
    </div>
  )
}
