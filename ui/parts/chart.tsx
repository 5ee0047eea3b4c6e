import { signal } from '@preact/signals'
import { area, curveMonotoneX, line } from 'd3-shape'
import type { ComponentChildren } from 'preact'
import type { GraphWindow, Series, SeriesPoint } from '../../graph-api/contract.ts'
import { clockText, localText } from '../state/range.ts'

/** Small charts over the window, with values under the pointer; all charts of a page point at the same moment. */

export const [WIDTH, HEIGHT, TOP] = [340, 76, 8]

/** Start of the bucket under the pointer, in whichever chart it is; empty where it is in none. */
const pointed = signal('')

export interface Line {
  name: string
  tone: 'main' | 'soft' | 'faint' | 'bad' | 'warn' | 'third' | 'fourth'
  value: (point: SeriesPoint, at: number) => number
  fill?: boolean
  /** Leave a gap where nothing was called: no call has no duration. */
  gaps?: boolean
}

interface ChartProps {
  title: string
  series: Series
  lines: Line[]
  text: (value: number) => string
  /** Areas on top of each other, first at the bottom. */
  stacked?: boolean
}

/** Place of the pointed bucket among the points, -1 where nothing is pointed at. */
export function pointedAt(points: readonly { ts: string }[]): number {
  return pointed.value === '' ? -1 : points.findIndex(({ ts }) => ts === pointed.value)
}

/** Title and legend above, drawing, times underneath; the drawing's coordinates are WIDTH by HEIGHT. */
export function Frame(props: {
  title: string
  points: readonly { ts: string }[]
  label: string
  legend: ComponentChildren
  middle: string
  onPointerDown?: (event: PointerEvent) => void
  children: ComponentChildren
}) {
  const { points } = props
  const far = Date.parse(points[points.length - 1]!.ts) - Date.parse(points[0]!.ts) > 86_400_000
  const edge = (ts: string) => (far ? localText(ts, false) : clockText(ts, false))
  const at = points[pointedAt(points)]
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{props.title}</span>
        {props.legend}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={props.label}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const place = Math.round(((event.clientX - box.left) / box.width) * (points.length - 1))
          pointed.value = points[Math.max(0, Math.min(points.length - 1, place))]!.ts
        }}
        onPointerLeave={() => {
          pointed.value = ''
        }}
        onPointerDown={props.onPointerDown}
      >
        {props.children}
      </svg>
      <div class="chart-foot">
        <span>{edge(points[0]!.ts)}</span>
        <span>{at ? edge(at.ts) : props.middle}</span>
        <span>{edge(points[points.length - 1]!.ts)}</span>
      </div>
    </figure>
  )
}

export const tooShort = (title: string) => (
  <p class="muted chart-none">{title}: not enough points in this window.</p>
)

/** Each line's lower and upper end at every point. */
export function bandsOf(
  points: readonly SeriesPoint[],
  lines: readonly Line[],
  stacked: boolean,
): [low: number, high: number][][] {
  const below = new Array<number>(points.length).fill(0)
  return lines.map((it) =>
    points.map((point, at): [number, number] => {
      const low = stacked ? below[at]! : 0
      const high = low + it.value(point, at)
      if (stacked) below[at] = high
      return [low, high]
    }),
  )
}

export function Chart({ title, series, lines, text, stacked = false }: ChartProps) {
  const { points } = series
  if (points.length < 2) return tooShort(title)
  const bands = bandsOf(points, lines, stacked)
  const highest = Math.max(...bands.flatMap((band) => band.map(([, high]) => high)), 0)
  const silent = highest === 0
  const most = highest || 1
  const x = (index: number) => (index / (points.length - 1)) * WIDTH
  const y = (value: number) => HEIGHT - (value / most) * (HEIGHT - TOP)
  const at = pointedAt(points)
  const shown = at === -1 ? points.length - 1 : at
  return (
    <Frame
      title={title}
      points={points}
      label={`${title}, highest ${text(most)}; newest: ${lines
        .map((it) => `${it.name} ${text(it.value(points[points.length - 1]!, points.length - 1))}`)
        .join(', ')}`}
      middle={silent ? 'none in this window' : `max ${text(most)}`}
      legend={lines.map((it) => (
        <span key={it.name} class={`chart-key tone-${it.tone}`}>
          <i aria-hidden="true" />
          {it.name}{' '}
          <b>{it.gaps && points[shown]!.calls === 0 ? '–' : text(it.value(points[shown]!, shown))}</b>
        </span>
      ))}
    >
      <line class="chart-grid" x1="0" x2={WIDTH} y1={TOP} y2={TOP} />
      <line class="chart-base" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      {lines.map((it, index) => {
        const band = bands[index]!
        const defined = (_: unknown, place: number) => !it.gaps || points[place]!.calls > 0
        const path = line<[number, number]>(
          (_, place) => x(place),
          ([, high]) => y(high),
        )
          .defined(defined)
          .curve(curveMonotoneX)
        const fill = area<[number, number]>(
          (_, place) => x(place),
          ([low]) => y(low),
          ([, high]) => y(high),
        ).curve(curveMonotoneX)
        const empty = stacked && band.every(([low, high]) => low === high)
        return empty ? null : (
          <g key={it.name} class={`tone-${it.tone}`}>
            {it.fill || stacked ? (
              <path class={`chart-area ${stacked ? 'stacked' : ''}`} d={fill(band) ?? ''} />
            ) : null}
            <path class="chart-line" d={path(band) ?? ''} />
          </g>
        )
      })}
      {at === -1 ? null : <line class="chart-cursor" x1={x(at)} x2={x(at)} y1="0" y2={HEIGHT} />}
    </Frame>
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
