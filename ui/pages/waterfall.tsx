import type { TraceAnswer, TraceSpan } from '../../graph-api/contract.ts'
import { durationText } from '../../graph-api/picture/format.ts'
import { StatusChip } from '../parts/health.tsx'

/** A trace as bars: the outer bar is the caller's view, the inner one the callee's. */

interface WaterfallProps {
  trace: TraceAnswer
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

const sideWords = (span: TraceSpan): string =>
  span.client && span.server
    ? ''
    : span.client
      ? 'callee not tapped'
      : span.server
        ? 'caller not tapped'
        : 'told by the program itself'

function Bar({ span, whole_us }: { span: TraceSpan; whole_us: number }) {
  const inner = innerBar(span, whole_us)
  const [x, width] = [(span.start_us / whole_us) * 1000, Math.max((span.duration_us / whole_us) * 1000, 2)]
  const tone = span.outcome === 'ok' ? 'ok' : span.outcome === 'client_error' ? 'warn' : 'bad'
  const one_sided = !inner
  return (
    <svg
      class={`wf-bar is-${tone} ${one_sided ? 'one-sided' : ''}`}
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

const TICKS = [0, 0.25, 0.5, 0.75, 1]

export function Waterfall({ trace, chosen, onChoose }: WaterfallProps) {
  const whole_us = Math.max(trace.duration_us, 1)
  const gap_of = new Map(trace.gaps.map((gap) => [gap.child_span_id, gap.parent_span_id]))
  return (
    <ol class="waterfall" aria-label="Calls of this trace">
      <li class="wf-head" aria-hidden="true">
        <span>Call</span>
        <span class="wf-ticks">
          {TICKS.map((share) => (
            <i key={share}>{share === 0 ? '0' : durationText(whole_us * share)}</i>
          ))}
        </span>
        <span class="number">Duration</span>
      </li>
      {trace.spans.map((span) => {
        const key = `${span.span_id} ${span.source}`
        const missing = gap_of.get(span.span_id)
        return (
          <li key={key}>
            {missing === undefined ? null : (
              <p class="wf-gap" style={{ paddingLeft: `${12 + span.depth * 16}px` }}>
                A hop is missing here: span {missing.slice(0, 8)} was reported by nobody.
              </p>
            )}
            <button
              type="button"
              class={`wf-row ${chosen === span.span_id ? 'chosen' : ''}`}
              data-span={span.span_id}
              aria-pressed={chosen === span.span_id}
              onClick={() => onChoose(chosen === span.span_id ? '' : span.span_id)}
            >
              <span class="wf-name" style={{ paddingLeft: `${span.depth * 16}px` }}>
                <span class="wf-line">
                  <b>{span.destination}</b>
                  <StatusChip status={span.status} outcome={span.outcome} flags={span.response_flags} />
                </span>
                <span class="wf-route mono">
                  {span.method} {span.route}
                </span>
              </span>
              <Bar span={span} whole_us={whole_us} />
              <span class="wf-time">
                <span class="number">{durationText(span.duration_us)}</span>
                <span class="faint">
                  {span.network_us === null
                    ? sideWords(span)
                    : `network ${durationText(Math.max(0, span.network_us))}`}
                </span>
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
