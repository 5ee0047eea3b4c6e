import type { TraceAnswer, TraceSpan } from '../../graph-api/contract.ts'
import type { Style } from '../terminal/style.ts'
import { paintOutcome } from './call-line.ts'
import { duration, share } from './quantity.ts'
import { plain, shorten } from './table.ts'

/**
 * A trace as text. Every span is one bar: `=` is the time in which the called side worked, `-` the
 * network's share (the caller saw it, the callee did not), `~` a span that only one side reported.
 */

const BAR_MIN = 16
const LABEL_MAX = 56

function labelOf(span: TraceSpan): string {
  if (span.protocol === 'internal') {
    return plain(`${'  '.repeat(span.depth)}${span.destination}: ${span.path || span.route}`)
  }
  const status = span.status === '' ? span.outcome : span.status
  const flags = span.response_flags === '' ? '' : ` ${span.response_flags}`
  return plain(
    `${'  '.repeat(span.depth)}${span.source} -> ${span.destination} ${span.method} ${span.route || span.path} ${status}${flags}`,
  )
}

/** The bar of a span in a field of `width` characters that stands for the whole trace. */
export function barOf(span: TraceSpan, total_us: number, width: number): string {
  const scale = width / Math.max(1, total_us)
  const start = Math.min(width - 1, Math.max(0, Math.floor(span.start_us * scale)))
  const length = Math.max(1, Math.min(width - start, Math.round(span.duration_us * scale)))
  let bar: string
  if (span.client === null || span.server === null || span.network_us === null) {
    bar = '~'.repeat(length)
  } else {
    const network = Math.min(length, Math.round(Math.max(0, span.network_us) * scale))
    const before = Math.ceil(network / 2)
    bar = `${'-'.repeat(before)}${'='.repeat(length - network)}${'-'.repeat(network - before)}`
  }
  return `${' '.repeat(start)}${bar}`.padEnd(width)
}

function detailOf(span: TraceSpan): string {
  if (span.client === null && span.server === null) return 'told by the program itself'
  if (span.client === null) return 'seen by the callee only'
  if (span.server === null) return 'seen by the caller only'
  const network = Math.max(0, span.network_us ?? 0)
  return `network ${duration(network)} (${share(span.duration_us === 0 ? 0 : network / span.duration_us)})`
}

export function waterfall(trace: TraceAnswer, style: Style, width: number): string[] {
  const labels = trace.spans.map(labelOf)
  const longest = Math.min(LABEL_MAX, Math.max(0, ...labels.map((label) => label.length)))
  const bars = Math.max(BAR_MIN, Math.min(80, width - longest - 44))
  const lines = [
    `${style.bold('trace')} ${plain(trace.trace_id)}  ${plain(trace.start)}  ${duration(trace.duration_us)}  ${trace.spans.length} calls  ${trace.services.length} services`,
    style.dim('= callee at work   - network and taps   ~ seen from one side only   * critical path'),
  ]
  trace.spans.forEach((span, at) => {
    const paint = paintOutcome(style, span.outcome)
    const label = shorten(labels[at]!, longest).padEnd(longest)
    lines.push(
      [
        label,
        span.critical ? '*' : ' ',
        `|${paint(barOf(span, trace.duration_us, bars))}|`,
        duration(span.duration_us).padStart(8),
        style.dim(detailOf(span)),
      ].join(' '),
    )
  })
  if (trace.gaps.length > 0) {
    lines.push(
      style.yellow(
        `${trace.gaps.length} ${trace.gaps.length === 1 ? 'hop is' : 'hops are'} missing: a parent is named that no tap reported.`,
      ),
    )
  }
  if (trace.skew_us > 0)
    lines.push(
      style.dim(`Clocks of the two sides differed by up to ${duration(trace.skew_us)}; corrected here.`),
    )
  return lines
}
