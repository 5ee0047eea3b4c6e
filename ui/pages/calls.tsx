import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import type { Filters } from '../data/calls.ts'
import { CallsList } from '../data/calls.ts'
import { again } from '../data/resource.ts'
import { NoCalls } from '../panels/no-calls.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { place, queryValue, setQuery } from '../state/location.ts'
import { range } from '../state/range.ts'
import { CallFilters, FILTERS } from './call-filters.tsx'
import { CallRows } from './call-rows.tsx'
import { CallsBars } from './calls-bars.tsx'

/** The access log: filters, pages of the past, and a live tail that can be paused. */

function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(
    FILTERS.map((name) => [name, query.get(name) ?? '']).filter(([, value]) => value !== ''),
  )
}

function TailBar({ list }: { list: CallsList }) {
  const paused = useSignal(false)
  const tail = queryValue('tail') === '1'
  return (
    <>
      <button
        type="button"
        class="button"
        aria-pressed={tail}
        onClick={() => {
          paused.value = false
          list.pause(false)
          setQuery({ tail: tail ? undefined : '1', range: undefined, from: undefined, to: undefined })
        }}
      >
        {tail ? <span class="live-dot" aria-hidden="true" /> : null}
        Live tail
      </button>
      {tail ? (
        <button
          type="button"
          class="button"
          aria-pressed={paused.value}
          onClick={() => {
            paused.value = !paused.value
            list.pause(paused.value)
          }}
        >
          {paused.value ? `Resume, ${list.waiting.value} waiting` : 'Pause'}
        </button>
      ) : null}
      {list.skipped.value > 0 ? (
        <span class="note-inline" data-skipped={list.skipped.value}>
          {wholeText(list.skipped.value)} skipped, more than 200 a second
        </span>
      ) : null}
    </>
  )
}

const QUICK: [outcome: string, word: string][] = [
  ['', 'All'],
  ['ok', 'Ok'],
  ['client_error,denied', 'Client errors'],
  ['failed', 'Failed'],
]

/** Outcomes at one click; every call was recorded, so this also works afterwards. */
function QuickOutcomes() {
  const chosen = queryValue('outcome')
  return (
    <fieldset class="segments">
      <legend class="hidden">Outcome</legend>
      {QUICK.map(([outcome, word]) => (
        <button
          key={word}
          type="button"
          class="segment"
          aria-pressed={chosen === outcome}
          onClick={() => setQuery({ outcome }, false)}
        >
          {word}
        </button>
      ))}
    </fieldset>
  )
}

function CallsCommand({
  filters,
  span,
  tail,
}: {
  filters: Filters
  span: { from: string; to: string }
  tail: boolean
}) {
  const { min_duration_us, trace_id, ...named } = filters
  const options = {
    ...named,
    trace: trace_id,
    'min-duration': min_duration_us === undefined ? undefined : `${Number(min_duration_us) / 1000}ms`,
  }
  return (
    <SameView
      command={tail ? tapmeshCommand(['tail'], options) : tapmeshCommand(['calls'], { ...options, ...span })}
      address={apiAddress('calls', { ...filters, ...span })}
    />
  )
}

export function CallsPage() {
  const list = useMemo(() => new CallsList(), [])
  const filters = filtersOf(place.value.query)
  const { name, from, to } = range.value
  const tail = queryValue('tail') === '1'
  const span = { from: name === 'live' ? 'now-15m' : from, to }
  const asked = JSON.stringify([filters, span, tail, again.value])
  useEffect(() => {
    list.open(filters, span, tail)
    return () => list.close()
  }, [asked, list])
  const rows = list.rows.value
  const filtered = Object.keys(filters).length > 0
  return (
    <main class="page">
      <div class="page-head">
        <h1>Calls</h1>
        <div class="toolbar">
          <QuickOutcomes />
          <RangeMenu />
          <TailBar list={list} />
        </div>
      </div>
      <CallFilters />
      <CallsBars filters={filters} span={span} follows={range.value.follows} />
      {list.error.value ? <Problem error={list.error.value} title="The calls cannot be loaded" /> : null}
      {!list.connected.value ? <p class="note">The tail is disconnected; it tries again by itself.</p> : null}
      {rows.length > 0 ? <CallRows rows={rows} /> : null}
      {rows.length === 0 && list.loading.value ? <Loading lines={12} /> : null}
      {rows.length === 0 && !list.loading.value && !list.error.value ? (
        filtered ? (
          <Empty title="No call matches the filters" kind="hidden">
            <button
              type="button"
              class="button primary"
              onClick={() => setQuery(Object.fromEntries(FILTERS.map((filter) => [filter, undefined])))}
            >
              Clear the filters
            </button>
          </Empty>
        ) : (
          <NoCalls />
        )
      ) : null}
      {list.cursor.value === null || rows.length === 0 ? null : (
        <p class="older">
          <button
            type="button"
            class="button"
            disabled={list.loading.value}
            onClick={() => list.older(filters, span)}
          >
            {list.loading.value ? 'Loading …' : 'Older calls'}
          </button>
        </p>
      )}
      <CallsCommand filters={filters} span={span} tail={tail} />
    </main>
  )
}
