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
  /** Whom it calls; a region after `@` picks one of several. */
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
    calls: ['purchase-history@eu', 'purchase-history@us', 'catalog'],
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

/** Addresses of the two callers without a tap. The taps know the first by its address (setting `callers`), the second by nothing. */
export const BROWSERS = { name: 'browsers', address: '127.0.0.50' } as const
export const CRON = { address: '127.0.0.60' } as const

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

/** The instance that a name in `calls` means. */
export function instanceNamed(name: string): Instance | undefined {
  return instances().find((each) => each.id === name || each.service.name === name)
}

/** `purchase-history` out of `purchase-history@us`. */
export function serviceOf(name: string): string {
  return name.split('@', 1)[0]!
}

/** Instances in waves: all of a wave can start at once, since their destinations stand in earlier ones. */
export function waves(): Instance[][] {
  const done = new Set<string>([EXTERNAL])
  const found: Instance[][] = []
  let left = instances()
  while (left.length > 0) {
    const ready = left.filter(({ service }) => service.calls.every((name) => done.has(serviceOf(name))))
    if (ready.length === 0)
      throw new Error(`the shop calls in a circle: ${left.map(({ id }) => id).join(', ')}`)
    found.push(ready)
    left = left.filter((each) => !ready.includes(each))
    for (const { service } of ready) done.add(service.name)
  }
  return found
}
