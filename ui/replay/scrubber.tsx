import type { GraphSeriesAnswer } from '../../graph-api/contract.ts'
import { rateText, shareText } from '../../picture/format.ts'
import { Problem } from '../parts/notice.tsx'
import { setQuery } from '../state/location.ts'
import { clockText, localText } from '../state/range.ts'
import {
  closeReplay,
  playing,
  SPEEDS,
  series,
  seriesError,
  showStep,
  speed,
  step,
  togglePlay,
} from './replay.ts'

/** The replayed window as a histogram of calls and errors, with a hand to move over it. */

const HEIGHT = 44

function Histogram({ found, at }: { found: GraphSeriesAnswer; at: number }) {
  const { calls, errors } = found.total
  const most = Math.max(1, ...calls)
  const tall = (count: number) => (count / most) * (HEIGHT - 4)
  return (
    <svg
      class="scrubber-bars"
      viewBox={`0 0 ${calls.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {calls.map((count, index) => (
        <g key={index} class={index === at ? 'now' : ''}>
          <rect class="scrubber-step" x={index} width="1" height={HEIGHT} />
          <rect
            class="scrubber-calls"
            x={index + 0.1}
            width="0.8"
            y={HEIGHT - tall(count)}
            height={tall(count)}
          />
          {errors[index]! > 0 ? (
            <rect
              class="scrubber-errors"
              x={index + 0.28}
              width="0.44"
              y={HEIGHT - Math.max(tall(errors[index]!), 3)}
              height={Math.max(tall(errors[index]!), 3)}
            />
          ) : null}
        </g>
      ))}
    </svg>
  )
}

function momentText(found: GraphSeriesAnswer, at: number): string {
  const [calls, errors] = [found.total.calls[at] ?? 0, found.total.errors[at] ?? 0]
  return `${rateText(calls / found.step_s)}, ${shareText(calls > 0 ? errors / calls : 0)} failing`
}

function Hand({ found }: { found: GraphSeriesAnswer }) {
  const at = step.value
  return (
    <>
      <div class="scrubber-track">
        <Histogram found={found} at={at} />
        <input
          class="scrubber-hand"
          type="range"
          min="0"
          max={found.steps.length - 1}
          value={at}
          aria-label="Moment of the replay"
          aria-valuetext={`${clockText(found.steps[at] ?? '', false)}, ${momentText(found, at)}`}
          onInput={(event) => showStep(Number(event.currentTarget.value))}
        />
        <p class="scrubber-ends muted" aria-hidden="true">
          <span>{localText(found.window.from)}</span>
          <span>bars: calls, narrow bars: errors</span>
          <span>{clockText(found.window.to, false)}</span>
        </p>
      </div>
      <p class="scrubber-now">
        <strong>{clockText(found.steps[at] ?? '', false)}</strong>
        <span class="muted">{momentText(found, at)}</span>
      </p>
    </>
  )
}

export function Scrubber() {
  const [found, error] = [series.value, seriesError.value]
  return (
    <section class="scrubber" aria-label="Replay">
      <button
        type="button"
        class="button primary"
        disabled={!found || found.steps.length < 2}
        aria-pressed={playing.value}
        onClick={togglePlay}
      >
        {playing.value ? 'Stop' : 'Play'}
      </button>
      <select
        class="field"
        aria-label="Pictures a second"
        value={speed.value}
        onChange={(event) => setQuery({ speed: event.currentTarget.value })}
      >
        {SPEEDS.map((it) => (
          <option key={it} value={it}>
            {it} a second
          </option>
        ))}
      </select>
      {error && !found ? <Problem error={error} title="The window cannot be loaded" /> : null}
      {!found && !error ? (
        <p class="muted" role="status">
          Loading the window …
        </p>
      ) : null}
      {found ? <Hand found={found} /> : null}
      <button type="button" class="button" onClick={closeReplay}>
        Back to live
      </button>
    </section>
  )
}
