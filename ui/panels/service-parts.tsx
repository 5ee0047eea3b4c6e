import type {
  Changes as ChangesAnswer,
  InstanceRow,
  ServiceAnswer,
  VersionRow,
} from '../../graph-api/contract.ts'
import { durationText, rateText, shareText, wholeText } from '../../picture/format.ts'
import { Link } from '../parts/link.tsx'
import { errorClass, PlainHead } from '../parts/plain-table.tsx'
import { sinceText } from '../parts/since.ts'
import { serviceAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { Bar } from './lists.tsx'

/** Versions, instances, changes and taps of a service. */

/** Versions beside each other; what differs from the busiest one is easily seen in the same column. */
export function Versions({ versions }: { versions: readonly VersionRow[] }) {
  const highest = versions[0]?.calls ?? 1
  return (
    <table class="plain" aria-label="Versions">
      <PlainHead words={['Version']} figures={['Rate', 'Errors', 'p50', 'p95', 'Last']} />
      <tbody>
        {versions.map((row) => (
          <tr key={row.version} data-version={row.version}>
            <td class="route" title={`first call ${localText(row.first_seen)}`}>
              {row.version === '' ? <span class="faint">not configured</span> : row.version}
              <Bar share={row.calls / highest} />
            </td>
            <td class="number">{rateText(row.rate)}</td>
            <td class={errorClass(row.errors)}>{shareText(row.error_rate)}</td>
            <td class="number">{durationText(row.p50_us)}</td>
            <td class="number">{durationText(row.p95_us)}</td>
            <td class="number faint">{sinceText(row.last_seen)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Instances({ instances }: { instances: readonly InstanceRow[] }) {
  const highest = instances[0]?.calls ?? 1
  return (
    <table class="plain" aria-label="Instances">
      <PlainHead words={['Instance', 'Zone']} figures={['Calls', 'Errors', 'p95']} />
      <tbody>
        {instances.map((row) => (
          <tr key={`${row.instance} ${row.zone} ${row.version}`}>
            <td class="route mono" title={`${row.version} last call ${localText(row.last_seen)}`}>
              {row.instance || '–'}
              <Bar share={row.calls / highest} />
            </td>
            <td class="faint">{row.zone || '–'}</td>
            <td class="number">{wholeText(row.calls)}</td>
            <td class={errorClass(row.errors)}>{shareText(row.errors / Math.max(row.calls, 1))}</td>
            <td class="number">{durationText(row.p95_us)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const NEW_MARK = '+'
const GONE_MARK = '−'

export function Changes({ changes }: { changes: ChangesAnswer }) {
  if (changes.since === null) {
    return (
      <p class="muted">Nothing was recorded in the time before this window, so nothing can be called new.</p>
    )
  }
  if (changes.rows.length === 0) {
    return (
      <p class="muted">No caller, dependency or version came or went since {localText(changes.since)}.</p>
    )
  }
  return (
    <ul class="rows changes">
      {changes.rows.map((row) => (
        <li key={`${row.kind} ${row.what} ${row.name}`} class="row" data-change={row.kind}>
          <span class={`change-mark ${row.kind}`} aria-hidden="true">
            {row.kind === 'new' ? NEW_MARK : GONE_MARK}
          </span>
          <span class="row-name">
            {row.kind === 'new' ? 'New' : 'Gone'} {row.what}{' '}
            {row.what === 'version' ? (
              <b>{row.name}</b>
            ) : (
              <Link to={serviceAddress(row.name)}>{row.name}</Link>
            )}
          </span>
          <span class="row-number faint">
            {row.kind === 'new' ? 'since' : 'last'} {sinceText(row.at)}
          </span>
        </li>
      ))}
    </ul>
  )
}

export function Taps({ taps }: { taps: ServiceAnswer['taps'] }) {
  if (taps.length === 0) {
    return <p class="muted">No tap in front of it: it is known only from those who call it.</p>
  }
  return (
    <ul class="rows">
      {taps.map((it) => (
        <li key={it.tap} class="row">
          <span class="row-name mono">{it.tap}</span>
          <span class="row-number faint">{sinceText(it.last_seen)}</span>
        </li>
      ))}
    </ul>
  )
}
