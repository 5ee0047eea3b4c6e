import type { ConfigAnswer } from '../../model/enforcement.ts'
import { wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { BacktestResult } from '../enforce/backtest-result.tsx'
import { backtestRun, policyText } from '../enforce/backtest-run.ts'
import { ChangeError, NoToken } from '../enforce/reason-form.tsx'
import { ControlHead } from '../enforce/tabs.tsx'
import { Command } from '../parts/copy.tsx'
import { tapmeshCommand } from '../parts/same-view.tsx'
import { queryValue, setQuery } from '../state/location.ts'
import { knownToken } from '../state/token.ts'

/** A policy run over recorded calls; nothing is changed by it. */

const WINDOWS: [value: string, word: string][] = [
  ['now-1h', 'Last hour'],
  ['now-24h', 'Last 24 hours'],
  ['now-7d', 'Last 7 days'],
  ['now-30d', 'Last 30 days'],
]
const WINDOW_DEFAULT = 'now-30d'

const PHASES = { summary: 'Counting', replay: 'Replaying' } as const

function Progress() {
  const { running, progress } = backtestRun
  if (!running.value) return null
  const { phase, done, total } = progress.value ?? { phase: 'summary' as const, done: 0, total: 0 }
  return (
    <div class="backtest-progress" role="status">
      <progress aria-label="Progress of the back-test" value={total === 0 ? 0 : done} max={total || 1} />
      <span class="muted">
        {PHASES[phase]}
        {total === 0 ? ' …' : `: ${wholeText(done)} of ${wholeText(total)} calls`}
      </span>
      <button type="button" class="button" onClick={() => backtestRun.cancel()}>
        Cancel
      </button>
    </div>
  )
}

function PolicyForm({ from }: { from: string }) {
  const config = useResource<ConfigAnswer>(apiAddress('config'), false)
  const live = config.data?.document ?? ''
  const ready = policyText.value.trim() !== '' && !backtestRun.running.value && knownToken() !== null
  return (
    <form
      class="backtest-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void backtestRun.start(policyText.value, { from, to: 'now' })
      }}
    >
      <label for="policy">Policy</label>
      <textarea
        id="policy"
        class="field mono"
        rows={14}
        spellcheck={false}
        placeholder={'version: tapmesh/v1\nservices:\n  cart:\n    timeouts: { mode: dry-run, request: 2s }'}
        value={policyText.value}
        onInput={(event) => {
          policyText.value = event.currentTarget.value
        }}
      />
      <p class="actions-row">
        <select
          class="field"
          aria-label="Window"
          value={from}
          onChange={(event) => setQuery({ over: event.currentTarget.value })}
        >
          {WINDOWS.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
        <button type="submit" class="button primary" disabled={!ready}>
          Back-test it
        </button>
        <button
          type="button"
          class="button"
          disabled={live === ''}
          title={live === '' ? 'No document is set' : `Revision ${config.data?.revision}`}
          onClick={() => {
            policyText.value = live
          }}
        >
          Take the live document
        </button>
      </p>
    </form>
  )
}

export function BacktestPage() {
  const from = WINDOWS.find(([value]) => value === queryValue('over'))?.[0] ?? WINDOW_DEFAULT
  const { answer, error } = backtestRun
  return (
    <main class="page">
      <ControlHead title="Back-test" />
      <p class="muted feature-words">
        What a policy would have done to the calls recorded in a window, judged by the code that taps run.
        Nothing is changed.
      </p>
      <NoToken />
      <PolicyForm from={from} />
      <Progress />
      {error.value ? <ChangeError error={error.value} title="The back-test did not run" /> : null}
      {answer.value ? <BacktestResult answer={answer.value} /> : null}
      <Command text={tapmeshCommand(['backtest', 'policy.yaml'], { from })} />
    </main>
  )
}
