import { useSignal } from '@preact/signals'
import { area, curveMonotoneX, line } from 'd3-shape'
import type { GraphWindow, Series, SeriesPoint } from '../../graph-api/contract.ts'
import { countText, durationText } from '../../graph-api/picture/format.ts'
import { clockText, localText } from '../state/range.ts'

/** Small charts of golden signals over the window, with values under the pointer. */

const [WIDTH, HEIGHT, TOP] = [340, 76, 8]

interface Line {
  name: string
  tone: 'main' | 'soft' | 'faint' | 'bad'
  value: (point: SeriesPoint) => number
  fill?: boolean
  /** Leave a gap where nothing was called: no call has no duration. */
  gaps?: boolean
}

interface ChartProps {
  title: string
  series: Series
  lines: Line[]
  text: (value: number) => string
}

function Chart({ title, series, lines, text }: ChartProps) {
  const pointed = useSignal(-1)
  const { points } = series
  if (points.length < 2) return <p class="muted chart-none">{title}: not enough points in this window.</p>
  const most = Math.max(...points.flatMap((point) => lines.map((it) => it.value(point))), 0) || 1
  const x = (index: number) => (index / (points.length - 1)) * WIDTH
  const y = (value: number) => HEIGHT - (value / most) * (HEIGHT - TOP)
  const at = points[pointed.value]
  const shown = at ?? points[points.length - 1]!
  const far = Date.parse(points[points.length - 1]!.ts) - Date.parse(points[0]!.ts) > 86_400_000
  const edge = (ts: string) => (far ? localText(ts, false) : clockText(ts, false))
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {lines.map((it) => (
          <span key={it.name} class={`chart-key tone-${it.tone}`}>
            <i aria-hidden="true" />
            {it.name} <b>{text(it.value(shown))}</b>
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}, highest ${text(most)}`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          pointed.value = Math.round(((event.clientX - box.left) / box.width) * (points.length - 1))
        }}
        onPointerLeave={() => {
          pointed.value = -1
        }}
      >
        <line class="chart-grid" x1="0" x2={WIDTH} y1={TOP} y2={TOP} />
        <line class="chart-base" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {lines.map((it) => {
          const path = line<SeriesPoint>(
            (_, index) => x(index),
            (point) => y(it.value(point)),
          )
            .defined((point) => !it.gaps || point.calls > 0)
            .curve(curveMonotoneX)
          const fill = area<SeriesPoint>(
            (_, index) => x(index),
            HEIGHT,
            (point) => y(it.value(point)),
          ).curve(curveMonotoneX)
          return (
            <g key={it.name} class={`tone-${it.tone}`}>
              {it.fill ? <path class="chart-area" d={fill(points) ?? ''} /> : null}
              <path class="chart-line" d={path(points) ?? ''} />
            </g>
          )
        })}
        {at ? (
          <line class="chart-cursor" x1={x(pointed.value)} x2={x(pointed.value)} y1="0" y2={HEIGHT} />
        ) : null}
      </svg>
      <div class="chart-foot">
        <span>{edge(points[0]!.ts)}</span>
        <span>{at ? edge(at.ts) : `max ${text(most)}`}</span>
        <span>{edge(points[points.length - 1]!.ts)}</span>
      </div>
    </figure>
  )
}

/** Rows of the newest seconds may still be on their way. */
const SETTLED_AFTER_MS = 5000

/** The series without the buckets that the window cuts or that are still filling: they would only look like a fall. */
export function wholeBuckets(series: Series, span: GraphWindow): Series {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to) - SETTLED_AFTER_MS]
  const whole = ({ ts }: SeriesPoint): boolean => {
    const start = Date.parse(ts)
    return start >= from && start + series.step_s * 1000 <= to
  }
  const { bounds_us, counts } = series.heat
  return {
    step_s: series.step_s,
    points: series.points.filter(whole),
    heat: { bounds_us, counts: counts.filter((_, at) => whole(series.points[at]!)) },
  }
}

/** Rate and errors per second, and three percentiles of the duration. */
export function SignalCharts({ series: all, span }: { series: Series; span: GraphWindow }) {
  const series = wholeBuckets(all, span)
  const per_second = (count: number) => count / Math.max(series.step_s, 1)
  return (
    <div class="charts">
      <Chart
        title="Calls per second"
        series={series}
        text={countText}
        lines={[
          { name: 'all', tone: 'main', value: (point) => per_second(point.calls), fill: true },
          { name: 'failed', tone: 'bad', value: (point) => per_second(point.errors), fill: true },
        ]}
      />
      <Chart
        title="Duration"
        series={series}
        text={durationText}
        lines={[
          { name: 'p99', tone: 'faint', value: (point) => point.p99_us, gaps: true },
          { name: 'p95', tone: 'soft', value: (point) => point.p95_us, gaps: true },
          { name: 'p50', tone: 'main', value: (point) => point.p50_us, gaps: true },
        ]}
      />
    </div>
  )
}
