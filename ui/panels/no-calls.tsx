import type { CallsAnswer, StatusAnswer } from '../../graph-api/contract.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { Command } from '../parts/copy.tsx'
import { Link } from '../parts/link.tsx'
import { Empty, Problem } from '../parts/notice.tsx'
import { addressOf } from '../state/location.ts'
import { chooseWindow, localText, range } from '../state/range.ts'

/** Why there is nothing to draw, told apart: no tap, no calls yet, calls elsewhere in time, no store. */

export const TAP_COMMAND =
  'node cli/tapmesh.mjs tap --service orders --listen 8080 --to 127.0.0.1:3000 --collector http://127.0.0.1:7401'

/** Ten minutes around the newest call that the store holds. */
function showNewest(newest: string): void {
  const at = Date.parse(newest)
  chooseWindow(new Date(at - 600_000).toISOString(), new Date(at + 1000).toISOString())
}

function CallsElsewhere({ newest }: { newest: string }) {
  return (
    <Empty title="No calls in this window" kind="outside">
      <p class="muted">The newest call that is stored began {localText(newest)}.</p>
      <button type="button" class="button primary" onClick={() => showNewest(newest)}>
        Show the ten minutes before it
      </button>
    </Empty>
  )
}

export function NoCalls() {
  const status = useResource<StatusAnswer>(apiAddress('status'), true)
  const { from, to } = range.value
  const any = useResource<CallsAnswer>(apiAddress('calls', { from, to, limit: '1' }), true)
  if (status.error && !status.data) return <Problem error={status.error} title="The store cannot be asked" />
  if (!status.data) return null
  const { store, taps } = status.data
  if (!store.ok) {
    return (
      <Empty title="The store is not working" kind="store">
        <p class="is-bad-text">{store.error ?? 'It does not say why.'}</p>
        <Link class="button" to={addressOf('/status')}>
          Open status
        </Link>
      </Empty>
    )
  }
  if (store.newest !== null && any.data?.calls.length === 0) return <CallsElsewhere newest={store.newest} />
  if (taps.length > 0) {
    return (
      <Empty title="Taps are connected, no calls yet" kind="no-calls">
        <p class="muted">
          {taps.map((tap) => tap.service).join(', ')} {taps.length === 1 ? 'is' : 'are'} tapped. Send a
          request through a tap and it appears here within seconds.
        </p>
        <Link class="button" to={addressOf('/setup')}>
          Check the set-up
        </Link>
      </Empty>
    )
  }
  return (
    <Empty title="No tap yet" kind="no-tap">
      <p class="muted">
        Put a tap in front of one service. Nothing about the service changes; its calls appear here.
      </p>
      <Command text={TAP_COMMAND} />
      <Link class="button" to={addressOf('/setup')}>
        Set up step by step
      </Link>
    </Empty>
  )
}
