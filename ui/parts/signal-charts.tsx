import type { GraphWindow, Series, SeriesPoint } from '../../graph-api/contract.ts'
import { countText, durationText } from '../../picture/format.ts'
import { Chart, type Line, wholeBuckets } from './chart.tsx'

/** The golden signals over time: two charts beside the map, all of them on a page. */

interface Props {
  series: Series
  span: GraphWindow
}

const DURATIONS: Line[] = [
  { name: 'p99', tone: 'faint', value: (point) => point.p99_us, gaps: true },
  { name: 'p95', tone: 'soft', value: (point) => point.p95_us, gaps: true },
  { name: 'p50', tone: 'main', value: (point) => point.p50_us, gaps: true },
]

/** Rate and errors per second, and three percentiles of the duration. */
export function SignalCharts({ series: all, span }: Props) {
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
      <Chart title="Duration" series={series} text={durationText} lines={DURATIONS} />
    </div>
  )
}

type Count = keyof Pick<
  SeriesPoint,
  'server_errors' | 'timeouts' | 'resets' | 'unfinished' | 'client_errors' | 'denied'
>

const CAUSES: [name: string, tone: Line['tone'], count: Count][] = [
  ['server error', 'bad', 'server_errors'],
  ['timeout', 'warn', 'timeouts'],
  ['reset', 'third', 'resets'],
  ['unfinished', 'fourth', 'unfinished'],
]

/** Calls by how they ended, failures by cause, durations, and calls in flight. */
export function AllCharts({ series: all, span }: Props) {
  const series = wholeBuckets(all, span)
  const per_second = (count: number) => count / Math.max(series.step_s, 1)
  const refused = (point: SeriesPoint) => point.client_errors + point.denied
  return (
    <div class="charts">
      <Chart
        title="Calls per second"
        series={series}
        text={countText}
        stacked
        lines={[
          { name: 'failed', tone: 'bad', value: (point) => per_second(point.errors) },
          { name: 'client error', tone: 'warn', value: (point) => per_second(refused(point)) },
          {
            name: 'ok',
            tone: 'main',
            value: (point) => per_second(point.calls - point.errors - refused(point)),
          },
        ]}
      />
      <Chart
        title="Failures by cause"
        series={series}
        text={countText}
        stacked
        lines={CAUSES.map(([name, tone, count]) => ({ name, tone, value: (point) => point[count] }))}
      />
      <Chart title="Duration" series={series} text={durationText} lines={DURATIONS} />
      <Chart
        title="Calls in flight, on average"
        series={series}
        text={countText}
        lines={[{ name: 'in flight', tone: 'main', value: (point) => point.in_flight, fill: true }]}
      />
    </div>
  )
}
