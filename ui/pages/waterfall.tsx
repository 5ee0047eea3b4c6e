import { useMemo, useRef } from 'preact/hooks'
import type { TraceAnswer, TraceSpan } from '../../graph-api/contract.ts'
import { durationText, shareText } from '../../picture/format.ts'
import { StatusChip } from '../parts/health.tsx'
import { topsOf, useWindowed } from '../parts/windowed.ts'

/** A trace as bars: the outer bar is the caller's view, the inner one the callee's. */

/** Which calls are listed; the rest of the trace keeps its place on the time axis. */
export const SHOWS = ['all', 'critical', 'failed'] as const
export type Show = (typeof SHOWS)[number]

interface WaterfallProps {
  trace: TraceAnswer
  show: Show
  chosen: string
  onChoose: (span_id: string) => void
}

/** Start and width of the callee's bar inside the caller's, as shares of the whole trace. */
export function innerBar(span: TraceSpan, whole_us: number): { x: number; width: number } | undefined {
  if (!span.client || !span.server) return undefined
  const width = Math.min(span.server.duration_us, span.duration_us)
  // Clocks differ between machines, so the callee's bar is centred rather than placed by its clock.
  return { x: (span.start_us + (span.duration_us - width) / 2) / whole_us, width: width / whole_us }
}

const failed = (span: TraceSpan): boolean => span.outcome !== 'ok' && span.outcome !== 'client_error'

/** Who told of it, where not both taps did. */
function sideWords(span: TraceSpan): string {
  if (span.client && span.server) return ''
  if (span.client) return 'callee not tapped'
  return span.server ? 'caller not tapped' : 'told by the program itself'
}

function Bar({ span, whole_us }: { span: TraceSpan; whole_us: number }) {
  const inner = innerBar(span, whole_us)
  const [x, width] = [(span.start_us / whole_us) * 1000, Math.max((span.duration_us / whole_us) * 1000, 2)]
  const tone = span.outcome === 'ok' ? 'ok' : span.outcome === 'client_error' ? 'warn' : 'bad'
  const kind = inner ? '' : span.protocol === 'internal' ? 'internal' : 'one-sided'
  return (
    <svg
      class={`wf-bar is-${tone} ${kind} ${span.outcome === 'unfinished' ? 'unfinished' : ''}`}
      viewBox="0 0 1000 20"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="wf-outer" x={x} y="3" width={width} height="14" />
      {inner ? (
        <rect class="wf-inner" x={inner.x * 1000} y="6" width={Math.max(inner.width * 1000, 1)} height="8" />
      ) : null}
      {span.critical ? <rect class="wf-critical" x={x} y="18" width={width} height="2" /> : null}
    </svg>
  )
}

/** What the row stands for: a call by its route, a program's own work by its name. */
function Name({ span }: { span: TraceSpan }) {
  return (
    <span class="wf-name" style={{ paddingLeft: `${Math.min(span.depth, DEPTH_SHOWN_MAX) * 16}px` }}>
      <span class="wf-line">
        {span.protocol === 'internal' ? null : <span class="hidden">{span.source} calls</span>}
        <b>{span.destination}</b>
        {span.protocol === 'internal' ? (
          <span class="tag">own work</span>
        ) : (
          <StatusChip status={span.status} outcome={span.outcome} flags={span.response_flags} />
        )}
        {span.outcome === 'unfinished' ? <span class="tag">unfinished</span> : null}
      </span>
      <span class="wf-route mono">
        {span.protocol === 'internal' ? span.path || span.route : `${span.method} ${span.route}`}
      </span>
    </span>
  )
}

/** Deeper than this a row would begin behind its own bars. */
const DEPTH_SHOWN_MAX = 12
const TICKS = [0, 0.25, 0.5, 0.75, 1]
const ROW_PX = 49
const GAP_PX = 33

interface Item {
  span: TraceSpan
  /** Parent that nobody reported. */
  missing: string | undefined
}

function itemsOf(trace: TraceAnswer, show: Show): Item[] {
  const gap_of = new Map(trace.gaps.map((gap) => [gap.child_span_id, gap.parent_span_id]))
  return trace.spans
    .filter((span) => show === 'all' || (show === 'critical' ? span.critical : failed(span)))
    .map((span) => ({ span, missing: gap_of.get(span.span_id) }))
}

function Row({
  item,
  whole_us,
  chosen,
  onChoose,
}: {
  item: Item
  whole_us: number
  chosen: boolean
  onChoose: (id: string) => void
}) {
  const { span, missing } = item
  return (
    <>
      {missing === undefined ? null : (
        <p class="wf-gap" style={{ paddingLeft: `${12 + span.depth * 16}px` }}>
          Not tapped: A hop is missing here, span {missing.slice(0, 8)} was reported by nobody.
        </p>
      )}
      <button
        type="button"
        class={`wf-row ${chosen ? 'chosen' : ''}`}
        data-span={span.span_id}
        aria-pressed={chosen}
        onClick={() => onChoose(chosen ? '' : span.span_id)}
      >
        <Name span={span} />
        <Bar span={span} whole_us={whole_us} />
        <span class="wf-time">
          <span class="number">{durationText(span.duration_us)}</span>
          <span class="faint">
            {span.network_us === null
              ? sideWords(span)
              : `network ${durationText(Math.max(0, span.network_us))}`}
          </span>
        </span>
        <span class="wf-time wf-own">
          <span class="number">{durationText(span.self_us)}</span>
          <span class="faint">{shareText(span.self_us / whole_us)} of all</span>
          {span.critical ? <span class="hidden">on the critical path</span> : null}
        </span>
      </button>
    </>
  )
}

/** Up and down go from row to row. */
function onKeys(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const rows = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('.wf-row')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = rows[at + step]
  if (at === -1 || !next) return
  event.preventDefault()
  next.focus()
}

export function Waterfall({ trace, show, chosen, onChoose }: WaterfallProps) {
  const whole_us = Math.max(trace.duration_us, 1)
  const list = useRef<HTMLOListElement>(null)
  const items = useMemo(() => itemsOf(trace, show), [trace, show])
  const tops = useMemo(
    () => topsOf(items.map(({ missing }) => ROW_PX + (missing === undefined ? 0 : GAP_PX))),
    [items],
  )
  const rows = useWindowed(tops, list)
  return (
    <div class="waterfall">
      <div class="wf-head" aria-hidden="true">
        <span>Call</span>
        <span class="wf-ticks">
          {TICKS.map((share) => (
            <i key={share}>{share === 0 ? '0' : durationText(whole_us * share)}</i>
          ))}
        </span>
        <span class="number">Duration</span>
        <span class="number wf-own">Own time</span>
      </div>
      {items.length === 0 ? <p class="wf-none muted">No call of this trace is like that.</p> : null}
      <ol ref={list} aria-label="Calls of this trace" onKeyDown={onKeys}>
        {rows.above_px > 0 ? <li aria-hidden="true" style={{ height: `${rows.above_px}px` }} /> : null}
        {items.slice(rows.first, rows.end).map((item, at) => (
          <li
            key={`${item.span.span_id} ${item.span.source}`}
            aria-setsize={items.length}
            aria-posinset={rows.first + at + 1}
          >
            <Row item={item} whole_us={whole_us} chosen={chosen === item.span.span_id} onChoose={onChoose} />
          </li>
        ))}
        {rows.below_px > 0 ? <li aria-hidden="true" style={{ height: `${rows.below_px}px` }} /> : null}
      </ol>
    </div>
  )
}
