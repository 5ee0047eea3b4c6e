import { stringify } from 'yaml'
import type { Routes } from './message.ts'
import type { Instance } from './shop.ts'
import { BROWSERS, EXTERNAL, instanceNamed, serviceOf } from './shop.ts'

/** The YAML file of one tap of the demo: the same that anybody would write for a service of their own. */

export interface TapFileInput {
  instance: Instance
  /** Port of the service itself. */
  servicePort: number
  /** Addresses of the inbound taps of its destinations, by the names in `calls`. */
  destinations: Routes
  collector: string
  tokenFile: string
}

/** Name of the outbound listener for a destination; the demo reads its port under this name. */
export function listenerName(destination: string): string {
  return `to-${destination.replace('@', '-')}`
}

export function tapFile({ instance, servicePort, destinations, collector, tokenFile }: TapFileInput): string {
  const { service, region } = instance
  const document = {
    tap: instance.id,
    service: service.name,
    zone: region,
    version: service.version,
    inbound: [{ name: service.name, listen: '127.0.0.1:0', to: `127.0.0.1:${servicePort}` }],
    outbound: service.calls.map((name) => ({
      name: listenerName(name),
      listen: '127.0.0.1:0',
      to: new URL(destinations[name]!).host,
      service: serviceOf(name),
      ...(name === EXTERNAL ? {} : { zone: instanceNamed(name)!.region }),
    })),
    admin: { port: 0 },
    collector: { url: collector, tokenFile },
    callers: { [BROWSERS.address]: BROWSERS.name },
  }
  return `# Written by "tapmesh demo"; the service ${service.name} itself listens on port ${servicePort}.\n${stringify(document)}`
}
