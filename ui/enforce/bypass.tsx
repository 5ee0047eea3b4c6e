import { useSignal } from '@preact/signals'
import { agoText } from '../../graph-api/picture/format.ts'
import type { AuditAnswer, ConfigAnswer } from '../../model/enforcement.ts'
import { apiAddress } from '../data/api.ts'
import { change } from '../data/change.ts'
import { useResource } from '../data/resource.ts'
import { Command } from '../parts/copy.tsx'
import { tapmeshCommand } from '../parts/same-view.tsx'
import { announce } from '../parts/toast.tsx'
import { ReasonForm } from './reason-form.tsx'

/** The switch for everything: no document is changed, and nothing is judged or enforced while it is on. */

async function bypass(on: boolean, reason: string): Promise<void> {
  await change('config/bypass', { on, reason })
  announce(on ? 'Everything is bypassed' : 'The document is in force again')
}

/** Who threw it and why, from the newest entries of the audit. */
function Thrown() {
  const { data } = useResource<AuditAnswer>(apiAddress('audit', { limit: '50' }), false)
  const entry = data?.entries.find((it) => it.action === 'bypass')
  if (!entry) return null
  const age = agoText(Math.max(0, (Date.now() - Date.parse(entry.at)) / 1000))
  return (
    <span>
      {' '}
      Since {age}, by {entry.actor}: “{entry.reason}”.
    </span>
  )
}

export function BypassOn({ config }: { config: Pick<ConfigAnswer, 'bypass'> | undefined }) {
  const asking = useSignal(false)
  if (config?.bypass !== true) return null
  return (
    <div class="bypass-on" role="alert" data-bypass="on">
      <p>
        <span class="bypass-mark" aria-hidden="true">
          ■
        </span>
        <strong>Bypassed: nothing is enforced or judged anywhere.</strong>
        <Thrown />
      </p>
      {asking.value ? (
        <ReasonForm
          word="End the bypass"
          label="Reason"
          initial="over"
          send={async (reason) => {
            await bypass(false, reason)
            asking.value = false
          }}
          cancel={() => {
            asking.value = false
          }}
        />
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => {
            asking.value = true
          }}
        >
          End the bypass …
        </button>
      )}
    </div>
  )
}

export function BypassSwitch() {
  const asking = useSignal(false)
  if (!asking.value) {
    return (
      <button
        type="button"
        class="button"
        title="Every tap relays plainly, whatever the document says"
        onClick={() => {
          asking.value = true
        }}
      >
        Bypass everything …
      </button>
    )
  }
  return (
    <div class="ask-box">
      <p>
        <b>Every tap relays plainly from its next call on</b>, and judges nothing. The document stays as it
        is.
      </p>
      <Command text={tapmeshCommand(['config', 'bypass', 'on'], { reason: 'why' })} />
      <ReasonForm
        word="Bypass everything"
        label="Reason"
        tone="warn"
        send={async (reason) => {
          await bypass(true, reason)
          asking.value = false
        }}
        cancel={() => {
          asking.value = false
        }}
      />
    </div>
  )
}
