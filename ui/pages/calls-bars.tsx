import { useSignal } from '@preact/signals'
import type { CallsOverTimeAnswer } from '../../graph-api/contract.ts'
import { wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import type { Filters } from '../data/calls.ts'
import { paceOf, useResource } from '../data/resource.ts'
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

/** Which bars are meant: from the one where a drag began to the one under the pointer. */
interface Chosen {
  first: number
  last: number
}

/** Bar under the pointer. */
function placeOf(event: PointerEvent, count: number): number {
  const box = (event.currentTarget as Element).getBoundingClientRect()
  return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count)))
}

function Bars({ bars, most, chosen }: { bars: readonly Bar[]; most: number; chosen: Chosen | undefined }) {
  return (
    <>
      {chosen ? (
        <rect
          class="bars-chosen"
          x={chosen.first}
          y="0"
          width={chosen.last - chosen.first + 1}
          height={HEIGHT}
        />
      ) : null}
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
    </>
  )
}

function Caption({ bars, at }: { bars: readonly Bar[]; at: Bar | undefined }) {
  const total = bars.reduce((sum, bar) => sum + bar.calls, 0)
  const failed = bars.reduce((sum, bar) => sum + bar.errors, 0)
  return (
    <figcaption>
      <b>{wholeText(total)}</b> rows match, <b class={failed > 0 ? 'is-bad-text' : ''}>{wholeText(failed)}</b>{' '}
      of them failed
      <span class="muted">
        {at
          ? ` · ${clockText(at.ts, false)}: ${wholeText(at.calls)}, ${wholeText(at.errors)} failed`
          : ' · drag over the bars to look closer'}
      </span>
    </figcaption>
  )
}

function Drawing({ answer }: { answer: CallsOverTimeAnswer }) {
  const { bars, step_s } = answer
  const pointed = useSignal(-1)
  const began = useSignal(-1)
  const most = Math.max(...bars.map((bar) => bar.calls), 1)
  const total = bars.reduce((sum, bar) => sum + bar.calls, 0)
  const other = began.value === -1 ? pointed.value : began.value
  const chosen =
    pointed.value === -1
      ? undefined
      : { first: Math.min(other, pointed.value), last: Math.max(other, pointed.value) }
  const choose = () => {
    began.value = -1
    const [low, high] = [bars[chosen?.first ?? -1], bars[chosen?.last ?? -1]]
    if (!low || !high) return
    const end = new Date(Date.parse(high.ts) + step_s * 1000)
    chooseWindow(new Date(low.ts).toISOString(), end.toISOString())
  }
  return (
    <figure class="calls-bars" data-rows={total}>
      <Caption bars={bars} at={bars[pointed.value]} />
      <svg
        viewBox={`0 0 ${bars.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${wholeText(total)} rows over time`}
        onPointerMove={(event) => {
          pointed.value = placeOf(event, bars.length)
        }}
        onPointerLeave={() => {
          pointed.value = -1
          began.value = -1
        }}
        onPointerDown={(event) => {
          pointed.value = placeOf(event, bars.length)
          began.value = pointed.value
        }}
        onPointerUp={choose}
      >
        <Bars bars={bars} most={most} chosen={chosen} />
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
  const question = apiAddress('calls-over-time', { ...filters, ...span })
  const { data } = useResource<CallsOverTimeAnswer>(question, follows, paceOf(question))
  return data && data.bars.length > 1 ? <Drawing answer={data} /> : <div class="calls-bars" />
}
