/**
 * The demo's shop: which services there are, where they run, and whom they call. Everything else
 * (programs, taps, the order of starting, the picture that is expected) derives from this table.
 */

export type Region = 'eu' | 'us'

export interface ShopService {
  name: string
  /** One instance in each. */
  regions: readonly Region[]
  version: string
  /** Whom it calls: services, each by one name, wherever its instances are. */
  calls: readonly string[]
  /** False for the one service whose authors forgot the trace headers. */
  forwardsTrace: boolean
}

export const SHOP: readonly ShopService[] = [
  { name: 'purchase-history', regions: ['eu', 'us'], version: '2.4.1', calls: [], forwardsTrace: true },
  { name: 'inventory', regions: ['us'], version: '5.0.2', calls: [], forwardsTrace: true },
  { name: 'notification', regions: ['us'], version: '1.1.0', calls: [], forwardsTrace: true },
  { name: 'payment', regions: ['us'], version: '3.7.0', calls: [], forwardsTrace: true },
  { name: 'catalog', regions: ['eu'], version: '4.2.0', calls: ['inventory'], forwardsTrace: true },
  {
    name: 'recommendation',
    regions: ['eu'],
    version: '1.9.3',
    calls: ['purchase-history', 'catalog'],
    forwardsTrace: true,
  },
  { name: 'cart', regions: ['us'], version: '2.0.0-beta', calls: ['catalog'], forwardsTrace: false },
  {
    name: 'checkout',
    regions: ['us'],
    version: '3.1.4',
    calls: ['inventory', 'payment', 'shipping-api', 'notification'],
    forwardsTrace: true,
  },
  {
    name: 'web-api',
    regions: ['eu'],
    version: '8.3.0',
    calls: ['recommendation', 'catalog', 'cart', 'checkout'],
    forwardsTrace: true,
  },
]

/** Called by the shop, run by somebody else: no tap stands before it. */
export const EXTERNAL = 'shipping-api'

/** Where visitors come in. */
export const ENTRANCE = 'web-api@eu'

/** Addresses of the callers without a tap. The taps know the first by its address (setting `callers`), the others by nothing. */
export const BROWSERS = { name: 'browsers', address: '127.0.0.50' } as const

/** Who calls a tap directly, once in a while, and names itself to nobody. */
export interface Stranger {
  address: string
  instance: string
  path: string
  period_ms: number
}

/** A job that somebody forgot, and somebody who reads what customers bought and should not. */
export const STRANGERS: readonly Stranger[] = [
  { address: '127.0.0.60', instance: 'catalog@eu', path: '/products', period_ms: 2_000 },
  { address: '127.0.0.70', instance: 'purchase-history@us', path: '/history/42', period_ms: 3_000 },
]

/** One instance: `purchase-history@us`. */
export interface Instance {
  id: string
  service: ShopService
  region: Region
}

/** Every instance, callees before callers, so that each tap can be told where its destinations listen. */
export function instances(): Instance[] {
  return SHOP.flatMap((service) =>
    service.regions.map((region) => ({ id: `${service.name}@${region}`, service, region })),
  )
}

/** The instances of one service, in the order of its regions. */
export function instancesOf(service: string): Instance[] {
  return instances().filter((each) => each.service.name === service)
}

/** `catalog` out of `catalog@eu`. */
export function serviceOf(instance: string): string {
  return instance.split('@', 1)[0]!
}

/** Instances in waves: all of a wave can start at once, since their destinations stand in earlier ones. */
export function waves(): Instance[][] {
  const done = new Set<string>([EXTERNAL])
  const found: Instance[][] = []
  let left = instances()
  while (left.length > 0) {
    const ready = left.filter(({ service }) => service.calls.every((name) => done.has(name)))
    if (ready.length === 0)
      throw new Error(`the shop calls in a circle: ${left.map(({ id }) => id).join(', ')}`)
    found.push(ready)
    left = left.filter((each) => !ready.includes(each))
    for (const { service } of ready) done.add(service.name)
  }
  return found
}
