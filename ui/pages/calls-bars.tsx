import { useSignal } from '@preact/signals'
import type { CallsOverTimeAnswer } from '../../graph-api/contract.ts'
import { wholeText } from '../../graph-api/picture/format.ts'
import { apiAddress } from '../data/api.ts'
import type { Filters } from '../data/calls.ts'
import { useResource } from '../data/resource.ts'
import { chooseWindow, clockText, localText } from '../state/range.ts'

/** When the calls happened that match the filters; dragging over bars shows that time alone. */

const HEIGHT = 56

interface Bar {
  ts: string
  calls: number
  errors: number
  client_errors: number
}

/** Places of the parts of a bar from the ground: failed, client errors, the rest. */
export function partsOf(bar: Bar, most: number): { tone: string; y: number; height: number }[] {
  const scale = HEIGHT / Math.max(most, 1)
  const counts = [
    { tone: 'bad', count: bar.errors },
    { tone: 'warn', count: bar.client_errors },
    { tone: 'main', count: bar.calls - bar.errors - bar.client_errors },
  ]
  let below = 0
  return counts.flatMap(({ tone, count }) => {
    if (count <= 0) return []
    // What failed stays visible beside thousands that did not.
    const height = Math.max(count * scale, tone === 'main' ? 1 : 2)
    below += height
    return [{ tone, y: HEIGHT - below, height }]
  })
}

function Drawing({ answer }: { answer: CallsOverTimeAnswer }) {
  const { bars, step_s } = answer
  const pointed = useSignal(-1)
  const began = useSignal(-1)
  const most = Math.max(...bars.map((bar) => bar.calls), 1)
  const placeOf = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return Math.max(
      0,
      Math.min(bars.length - 1, Math.floor(((event.clientX - box.left) / box.width) * bars.length)),
    )
  }
  const total = bars.reduce((sum, bar) => sum + bar.calls, 0)
  const failed = bars.reduce((sum, bar) => sum + bar.errors, 0)
  const at = bars[pointed.value]
  const [first, last] =
    began.value === -1
      ? [pointed.value, pointed.value]
      : [Math.min(began.value, pointed.value), Math.max(began.value, pointed.value)]
  const choose = () => {
    const [low, high] = [bars[first], bars[last]]
    began.value = -1
    if (!low || !high) return
    chooseWindow(new Date(low.ts).toISOString(), new Date(Date.parse(high.ts) + step_s * 1000).toISOString())
  }
  return (
    <figure class="calls-bars" data-rows={total}>
      <figcaption>
        <b>{wholeText(total)}</b> rows match,{' '}
        <b class={failed > 0 ? 'is-bad-text' : ''}>{wholeText(failed)}</b> of them failed
        <span class="muted">
          {at
            ? ` · ${clockText(at.ts, false)}: ${wholeText(at.calls)}, ${wholeText(at.errors)} failed`
            : ' · drag over the bars to look closer'}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${bars.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${wholeText(total)} rows over time, ${wholeText(failed)} failed`}
        onPointerMove={(event) => {
          pointed.value = placeOf(event)
        }}
        onPointerLeave={() => {
          pointed.value = -1
          began.value = -1
        }}
        onPointerDown={(event) => {
          pointed.value = placeOf(event)
          began.value = pointed.value
        }}
        onPointerUp={choose}
      >
        {at ? <rect class="bars-chosen" x={first} y="0" width={last - first + 1} height={HEIGHT} /> : null}
        {bars.map((bar, place) =>
          partsOf(bar, most).map((part) => (
            <rect
              key={`${place} ${part.tone}`}
              class={`bars-part tone-${part.tone}`}
              x={place + 0.1}
              y={part.y}
              width="0.8"
              height={part.height}
            />
          )),
        )}
      </svg>
      <div class="chart-foot">
        <span>{localText(answer.window.from, false)}</span>
        <span>highest {wholeText(most)}</span>
        <span>{localText(answer.window.to, false)}</span>
      </div>
    </figure>
  )
}

export function CallsBars({
  filters,
  span,
  follows,
}: {
  filters: Filters
  span: { from: string; to: string }
  follows: boolean
}) {
  const { data } = useResource<CallsOverTimeAnswer>(
    apiAddress('calls-over-time', { ...filters, ...span }),
    follows,
  )
  return data && data.bars.length > 1 ? <Drawing answer={data} /> : <div class="calls-bars" />
}
