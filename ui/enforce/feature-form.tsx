import { type Signal, useSignal } from '@preact/signals'
import type { ConfigAnswer, ConfigChanged, ConfigEdit, EvidenceAnswer } from '../../model/enforcement.ts'
import type { Mode } from '../../model/flag.ts'
import { change } from '../data/change.ts'
import { again } from '../data/resource.ts'
import { Command } from '../parts/copy.tsx'
import { tapmeshCommand } from '../parts/same-view.tsx'
import { announce } from '../parts/toast.tsx'
import { knownToken } from '../state/token.ts'
import { Differences } from './differences.tsx'
import { ModeChoice, PercentField } from './mode-choice.tsx'
import { asApiError, REASON_MAX } from './reason-form.tsx'
import { type Refusable, Refused } from './refused.tsx'
import { type Difference, differencesOf, settingsOf } from './setting.ts'
import { SettingField } from './setting-field.tsx'

/** Changing one feature: mode, share and parameters, what that changes, why, and the same as a command. */

interface FormState extends Refusable {
  given: Signal<Readonly<Record<string, string>>>
  reason: Signal<string>
  busy: Signal<boolean>
}

/** True where the change would act on more calls than now. */
function goesFurther(evidence: EvidenceAnswer, given: Readonly<Record<string, string>>): boolean {
  const mode = given['mode'] ?? evidence.mode
  if (mode !== 'enforce') return false
  return evidence.mode !== 'enforce' || Number(given['percent'] ?? evidence.percent) > evidence.percent
}

async function apply(
  state: FormState,
  evidence: EvidenceAnswer,
  rows: readonly Difference[],
  done: (changed: ConfigChanged) => void,
): Promise<void> {
  const { given, reason, base, error, busy, deny_all } = state
  busy.value = true
  error.value = undefined
  const edit: ConfigEdit = {
    service: evidence.service,
    feature: evidence.feature,
    set: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    reason: reason.value.trim(),
    base_revision: base.value,
    ...(deny_all.value ? { yes_deny_all: true } : {}),
  }
  try {
    const changed = await change<ConfigChanged>('config/edit', edit)
    given.value = {}
    reason.value = ''
    base.value = undefined
    deny_all.value = false
    announce(`In force as revision ${changed.revision}`)
    done(changed)
  } catch (thrown) {
    error.value = asApiError(thrown)
    // Whoever came first is told at once, with the revision to go on from.
    if (error.value.code === 'TAPMESH_CONFIG_CHANGED') again.value++
  }
  busy.value = false
}

/** What is missing before the change can be made, in words; empty where nothing is. */
function missingOf(
  { served_from }: ConfigAnswer,
  rows: readonly Difference[],
  reason: string,
  locked: boolean,
): string {
  if (served_from !== undefined) return `Change ${served_from} instead.`
  if (rows.length === 0) return 'Nothing differs from what is set.'
  if (locked) return 'Locked until the evidence is there.'
  if (reason.trim() === '') return 'A reason is required.'
  return knownToken() === null ? 'The token is required.' : ''
}

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

export function FeatureForm(props: {
  evidence: EvidenceAnswer
  config: ConfigAnswer
  done: (changed: ConfigChanged) => void
}) {
  const { evidence, config } = props
  const state: FormState = {
    given: useSignal({}),
    reason: useSignal(''),
    base: useSignal(undefined),
    error: useSignal(undefined),
    busy: useSignal(false),
    deny_all: useSignal(false),
  }
  const { given, reason, base, busy } = state
  const set = (name: string, text: string) => {
    base.value ??= config.revision
    given.value = { ...given.value, [name]: text }
  }
  const settings = settingsOf(evidence.feature, evidence.settings)
  const rows = differencesOf(evidence, settings, given.value)
  const mode = (given.value['mode'] ?? evidence.mode) as Mode
  const locked = evidence.locked.length > 0
  const missing = missingOf(config, rows, reason.value, locked && goesFurther(evidence, given.value))
  const target = `${evidence.service}.${evidence.feature}`
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
        choose={(it) => set('mode', it)}
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
      <div class="settings">
        {settings.map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            value={given.value[setting.name] ?? setting.now}
            set={(text) => set(setting.name, text)}
          />
        ))}
      </div>
      {rows.length > 0 ? (
        <>
          <Differences rows={rows} />
          <Command
            text={tapmeshCommand(['config', 'set', target, ...rows.map(pairOf)], {
              reason: reason.value.trim() || 'why',
            })}
          />
        </>
      ) : null}
      <Refused state={state} config={config} />
      <div class="reason-form">
        <label>
          Reason
          <input
            class="field"
            name="reason"
            maxLength={REASON_MAX}
            placeholder="Why, for whoever reads the audit"
            value={reason.value}
            onInput={(event) => {
              reason.value = event.currentTarget.value
            }}
          />
        </label>
        <button type="submit" class="button primary" disabled={missing !== '' || busy.value}>
          {busy.value ? 'One moment …' : 'Apply'}
        </button>
        {rows.length > 0 ? (
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              given.value = {}
              base.value = undefined
              state.error.value = undefined
            }}
          >
            Discard
          </button>
        ) : null}
      </div>
      <p class="muted form-foot" role="status">
        {missing}
      </p>
    </form>
  )
}

const pairOf = ({ name, value }: Difference): string =>
  `${name}=${value === null ? 'null' : writtenPair(value)}`

const writtenPair = (value: unknown): string =>
  Array.isArray(value) ? `[${value.join(',')}]` : String(value)
