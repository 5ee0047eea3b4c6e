import { ListenSockets } from '../../net/listen-sockets.ts'
import type { Events } from '../events.ts'
import { applyAll, familiesOf, type Part, StartOnly, stopAll } from '../part.ts'
import type { TapSettings } from '../settings.ts'
import { beginToLeave, START_ONLY, type Tap, type TapDeps, whatIsOn } from '../tap.ts'
import { TapAdmin } from '../tap-admin.ts'
import { TapControl } from '../tap-control.ts'
import type { IdentityFeed } from './identity-feed.ts'
import { familiesOfSamples, sampled, sumFamilies } from './sum-families.ts'
import { Workers } from './workers.ts'

/**
 * A tap of several processes. This one relays nothing: it has the sockets, the policy, the certificate and
 * the admin port of the tap as a whole, and its workers relay.
 * @throws TapmeshError if a port cannot be opened or a worker does not start; then nothing is open
 */
export async function startSupervised(first: TapSettings, events: Events, deps: TapDeps = {}): Promise<Tap> {
  let settings = first
  let stopping = false
  const sockets = deps.sockets ?? new ListenSockets([], events)
  const workers = new Workers(first, sockets, events)
  const identity = await openFeed(first, events, workers)
  const control = new TapControl(first, {
    events,
    onFault: events.faultContained,
    loadTaker: () => workers.taker(),
    services: () => workers.services,
    // Workers count them, and /metrics adds them up.
    verdicts: () => undefined,
  })
  const admin = new TapAdmin(first, sockets, {
    notReady: () => (stopping ? 'stopping' : workers.notReady()),
    identity: () => identity?.current,
    control,
    upgrade: deps.upgrade,
    // What this process counts and what its workers count are one tap's.
    families: async () => familiesOfSamples(sumFamilies([sampled(await familiesOf(parts))])),
  })
  const parts: Part<TapSettings>[] = [
    workers, // accept, relay, observe; records, logs, spans; each in processes of its own
    control, // policy, last good state, kill switch
    ...(identity ? [identity] : []), // certificate
    admin, // /metrics /healthz /readyz /identity /bypass /upgrade
    new StartOnly(first, START_ONLY),
  ]
  try {
    await control.restore()
    await applyAll(parts, first)
  } catch (error) {
    await stopAll(parts, 0)
    throw error
  }

  return {
    describe: () => [
      ...workers.listening,
      ...whatIsOn(settings),
      `${settings.workers} workers`,
      `listening admin ${admin.url}`,
    ],
    async reload(next) {
      // How many there are changes at the next start; each must know of how many it is one.
      const changed = await applyAll(parts, { ...next, workers: first.workers })
      settings = { ...next, workers: first.workers }
      if (next.workers !== first.workers) changed.push('the number of workers changes at the next start only')
      events.configLoaded(changed.join('; ') || 'listeners stay')
    },
    toggleBypass: () => control.switch.toggle(),
    reopenLogs: () => workers.reopenLogs(),
    contain: (error) => events.faultContained(error),
    sockets: () => [...workers.open, ...sockets.open],
    async stop(ending = 'stop') {
      stopping = true
      const leaving = beginToLeave(ending, settings, events, admin)
      const cut = await workers.leave(leaving)
      await stopAll(parts, leaving.grace_ms)
      return cut
    },
    stuck: () => false,
  }
}

async function openFeed(
  settings: TapSettings,
  events: Events,
  workers: Workers,
): Promise<IdentityFeed | undefined> {
  if (settings.identity === undefined) return undefined
  const { IdentityFeed: Loaded } = await import('./identity-feed.ts')
  return new Loaded(events, (identity) => workers.identify(identity))
}
