import type { ConfigAnswer, ConfigChanged, EvidenceAnswer } from '../../model/enforcement.ts'
import type { Mode } from '../../model/feature.ts'
import { graph } from '../data/live-graph.ts'
import { Command } from '../parts/copy.tsx'
import { tapmeshCommand } from '../parts/same-view.tsx'
import { Differences } from './differences.tsx'
import { apply, discard, type FormState, goesFurther, missingOf } from './form-state.ts'
import { ModeChoice, PercentField } from './mode-choice.tsx'
import { WhoAndWhy } from './reason-form.tsx'
import { Refused } from './refused.tsx'
import { commandPair, type Difference, differencesOf, type Setting, settingsOf } from './setting.ts'
import { ExpiresField, SettingField } from './setting-field.tsx'

/** Changing one feature: mode, share and parameters, what that changes, why, and the same as a command. */

function Locked({ reasons }: { reasons: readonly string[] }) {
  return (
    <div class="locked" id="locked" data-locked>
      <b>
        <span aria-hidden="true">▲</span> Enforcing more is locked:
      </b>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </div>
  )
}

/** For whom: every caller, or one whose settings go before the service's. */
function CallerChoice({ state, service }: { state: FormState; service: string }) {
  const callers = (graph.value?.edges ?? []).filter((it) => it.destination === service).map((it) => it.source)
  const { caller } = state
  return (
    <div class="setting caller-choice">
      <label for="caller">For calls of</label>
      <select
        id="caller"
        class="field"
        value={caller.value}
        onChange={(event) => {
          caller.value = event.currentTarget.value
          discard(state)
        }}
      >
        <option value="">every caller</option>
        {[...new Set(callers)].sort().map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
      <p class="muted">
        {caller.value === ''
          ? 'One caller may have settings of its own.'
          : 'What you set goes before the service’s; what you leave empty stays as it is.'}
      </p>
    </div>
  )
}

/** What changes, and the command that does the same; where nothing does, the next step as a command. */
function Change({ state, evidence, rows }: Parts) {
  if (rows.length === 0) {
    return evidence.command === '' ? null : (
      <div class="next-step">
        <p class="muted">The next step as a command:</p>
        <Command text={evidence.command} />
      </div>
    )
  }
  const target = `${evidence.service}.${evidence.feature}`
  const options = { caller: state.caller.value, reason: state.reason.value.trim() || 'why' }
  return (
    <>
      <Differences rows={rows} />
      <Command text={tapmeshCommand(['config', 'set', target, ...rows.map(commandPair)], options)} />
    </>
  )
}

interface Parts {
  state: FormState
  evidence: EvidenceAnswer
  rows: readonly Difference[]
}

function Foot({ state, rows, missing }: { state: FormState; rows: Parts['rows']; missing: string }) {
  const { reason, busy } = state
  return (
    <>
      <div class="reason-form">
        <WhoAndWhy label="Reason" reason={reason} />
        <button type="submit" class="button primary" disabled={missing !== '' || busy.value}>
          {busy.value ? 'One moment …' : 'Apply'}
        </button>
        {rows.length > 0 ? (
          <button type="button" class="button quiet" onClick={() => discard(state)}>
            Discard
          </button>
        ) : null}
      </div>
      <p class="muted form-foot" role="status">
        {missing}
      </p>
    </>
  )
}

function Fields(props: {
  settings: readonly Setting[]
  state: FormState
  set: (name: string, text: string) => void
  expires: string | null
}) {
  const { settings, state, set } = props
  const own = state.caller.value !== ''
  const given = state.given.value
  return (
    <div class="settings">
      {settings.map((setting) => (
        <SettingField
          key={setting.name}
          setting={setting}
          value={given[setting.name] ?? (own ? '' : setting.now)}
          example={own && setting.now !== '' ? `as for all: ${setting.now}` : undefined}
          set={(text) => set(setting.name, text)}
        />
      ))}
      <ExpiresField
        value={given['expires'] ?? (own ? '' : (props.expires ?? ''))}
        set={(text) => set('expires', text)}
      />
    </div>
  )
}

export function FeatureForm(props: {
  /** Held by the page, so that another window does not take away what was written. */
  state: FormState
  evidence: EvidenceAnswer
  config: ConfigAnswer
  /** When the feature ends by its own clock, RFC 3339. */
  expires: string | null
  done: (changed: ConfigChanged) => void
}) {
  const { evidence, config, expires, state } = props
  const { given, base, busy, caller } = state
  const set = (name: string, text: string) => {
    base.value ??= config.revision
    given.value = { ...given.value, [name]: text }
  }
  const settings = settingsOf(evidence.feature, evidence.settings)
  const rows = differencesOf({ ...evidence, expires }, settings, given.value, caller.value !== '')
  const mode = (given.value['mode'] ?? evidence.mode) as Mode
  const locked = evidence.locked.length > 0
  const missing = missingOf(config, rows, state.reason.value, locked && goesFurther(evidence, given.value))
  return (
    <form
      class="feature-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing === '' && !busy.value) void apply(state, evidence, rows, props.done)
      }}
    >
      <ModeChoice
        chosen={mode}
        locked={locked && evidence.mode !== 'enforce'}
        choose={(it) => {
          set('mode', it)
          // The API proposes the first share; nobody means all calls by choosing enforce alone.
          const first = /\bpercent=(\d+)/.exec(evidence.command)?.[1]
          if (it === 'enforce' && evidence.mode !== 'enforce' && first) set('percent', first)
        }}
      />
      {locked ? <Locked reasons={evidence.locked} /> : null}
      {evidence.advice.map((advice) => (
        <p key={advice} class="note" data-advice>
          {advice}
        </p>
      ))}
      {mode === 'enforce' ? (
        <PercentField
          value={given.value['percent'] ?? String(evidence.percent)}
          set={(text) => set('percent', text)}
        />
      ) : null}
      <CallerChoice state={state} service={evidence.service} />
      <Fields settings={settings} state={state} set={set} expires={expires} />
      <Change state={state} evidence={evidence} rows={rows} />
      <Refused state={state} config={config} />
      <Foot state={state} rows={rows} missing={missing} />
    </form>
  )
}
