import type { AuditAnswer, ConfigAnswer } from '../../model/enforcement.ts'
import { apiAddress } from '../data/api.ts'
import { change } from '../data/change.ts'
import { useResource } from '../data/resource.ts'
import { Command } from '../parts/copy.tsx'
import { tapmeshCommand } from '../parts/same-view.tsx'
import { sinceText } from '../parts/since.ts'
import { announce } from '../parts/toast.tsx'
import { Ask } from './ask.tsx'

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
  return (
    <span>
      {' '}
      Since {sinceText(entry.at)}, by {entry.actor}: “{entry.reason}”.
    </span>
  )
}

export function BypassOn({ config }: { config: Pick<ConfigAnswer, 'bypass'> | undefined }) {
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
      <Ask
        word="End the bypass"
        button="End the bypass"
        initial="over"
        send={(reason) => bypass(false, reason)}
      />
    </div>
  )
}

export function BypassSwitch() {
  return (
    <Ask
      word="Bypass everything"
      button="Bypass everything"
      tone="warn"
      send={(reason) => bypass(true, reason)}
    >
      <p>
        <b>Every tap relays plainly from its next call on</b>, and judges nothing. The document stays as it
        is.
      </p>
      <Command text={tapmeshCommand(['config', 'bypass', 'on'], { reason: 'why' })} />
    </Ask>
  )
}
