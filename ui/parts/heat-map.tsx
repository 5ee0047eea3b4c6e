import { useSignal } from '@preact/signals'
import type { GraphWindow, Series } from '../../graph-api/contract.ts'
import { durationText, wholeText } from '../../picture/format.ts'
import { addressOf, go } from '../state/location.ts'
import { Frame, HEIGHT, pointedAt, tooShort, WIDTH, wholeBuckets } from './chart.tsx'

/** How durations were spread over time: a stronger colour is more calls; a click lists the calls of a cell. */

const TITLE = 'Durations, how often'
/** The faintest cell still stands out from the ground. */
const FAINTEST = 0.14

/** Strength of a cell 0..1; by logarithm, or a few slow calls beside many quick ones were not seen. */
export function strength(count: number, most: number): number {
  if (count <= 0) return 0
  return most <= 1 ? 1 : FAINTEST + (1 - FAINTEST) * (Math.log(count) / Math.log(most))
}

/** Row under the pointer, counted from the bottom; -1 outside the drawing. */
function rowUnder(event: PointerEvent, rows: number): number {
  const box = (event.target as Element).closest('svg')?.getBoundingClientRect()
  if (!box) return -1
  return Math.max(0, Math.min(rows - 1, Math.floor((1 - (event.clientY - box.top) / box.height) * rows)))
}

/** What a row of cells is about: each is the square root of two times the one below. */
const boundsText = (from_us: number) => `${durationText(from_us)} to ${durationText(from_us * Math.SQRT2)}`

function Cells({ counts, most }: { counts: readonly (readonly number[])[]; most: number }) {
  const wide = WIDTH / counts.length
  return counts.map((column, place) =>
    column.map((cell, index) =>
      cell === 0 ? null : (
        <rect
          key={`${place} ${index}`}
          class="heat-cell"
          x={place * wide}
          y={HEIGHT - ((index + 1) * HEIGHT) / column.length}
          width={wide}
          height={HEIGHT / column.length}
          fill-opacity={strength(cell, most).toFixed(2)}
        />
      ),
    ),
  )
}

function Axis({ bounds_us }: { bounds_us: readonly number[] }) {
  return (
    <p class="heat-axis" aria-hidden="true">
      <span>{durationText(bounds_us.at(-1)! * Math.SQRT2)}</span>
      <span>{durationText(bounds_us[0]!)}</span>
    </p>
  )
}

export function HeatMap({
  series: all,
  span,
  filters,
}: {
  series: Series
  span: GraphWindow
  /** Filters of the calls page that name the same calls. */
  filters: Record<string, string>
}) {
  const row = useSignal(-1)
  const series = wholeBuckets(all, span)
  const { points, heat, step_s } = series
  const rows = heat.bounds_us.length
  if (points.length < 2 || rows === 0) return tooShort(TITLE)
  const most = Math.max(...heat.counts.flat())
  const wide = WIDTH / points.length
  const at = pointedAt(points)
  const pick = (event: PointerEvent) => {
    const point = points[at]
    if (!point) return
    const begin = Date.parse(point.ts)
    go(
      addressOf('/calls', {
        ...filters,
        range: undefined,
        from: new Date(begin).toISOString(),
        to: new Date(begin + step_s * 1000).toISOString(),
        min_duration_us: String(heat.bounds_us[rowUnder(event, rows)]!),
      }),
    )
  }
  const count = at === -1 || row.value === -1 ? undefined : heat.counts[at]?.[row.value]
  return (
    <div
      class="heat"
      onPointerMove={(event) => {
        row.value = rowUnder(event, rows)
      }}
      onPointerLeave={() => {
        row.value = -1
      }}
    >
      <Frame
        title={TITLE}
        points={points}
        label={`${TITLE}: from ${durationText(heat.bounds_us[0]!)} to ${durationText(heat.bounds_us[rows - 1]! * Math.SQRT2)}, at most ${wholeText(most)} calls in a cell`}
        middle={`strongest ${wholeText(most)} calls`}
        onPointerDown={pick}
        legend={
          <span class="chart-key">
            {count === undefined ? (
              'a click lists the calls'
            ) : (
              <>
                {boundsText(heat.bounds_us[row.value]!)} <b>{wholeText(count)} calls</b>
              </>
            )}
          </span>
        }
      >
        <Cells counts={heat.counts} most={most} />
        {at === -1 ? null : <rect class="heat-cursor" x={at * wide} y="0" width={wide} height={HEIGHT} />}
      </Frame>
      <Axis bounds_us={heat.bounds_us} />
    </div>
  )
}
