import { stringify } from 'yaml'
import type { Routes } from './message.ts'
import type { Instance } from './shop.ts'
import { BROWSERS, instancesOf } from './shop.ts'

/** The YAML file of one tap of the demo: the same that anybody would write for a service of their own. */

export interface TapFileInput {
  instance: Instance
  /** Port of the service itself. */
  servicePort: number
  /** Addresses of the inbound taps by instance, and of what has no tap by name. */
  doors: Routes
  collector: string
  tokenFile: string
  /** Folder of the policy that the tap had last. */
  stateDir: string
}

/** Name of the outbound listener for a destination; the demo reads its port under this name. */
export function listenerName(destination: string): string {
  return `to-${destination}`
}

/** One address for each instance, with the zone it is in; what has no tap has one address and no zone. */
function addressesOf(destination: string, doors: Routes) {
  const found = instancesOf(destination).map(({ id, region }) => ({
    address: new URL(doors[id]!).host,
    zone: region,
  }))
  return found.length > 0 ? found : new URL(doors[destination]!).host
}

export function tapFile(input: TapFileInput): string {
  const { instance, servicePort, doors, collector, tokenFile, stateDir } = input
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
      to: addressesOf(name, doors),
      service: name,
    })),
    admin: { port: 0 },
    collector: { url: collector, tokenFile },
    control: { stateDir },
    callers: { [BROWSERS.address]: BROWSERS.name },
  }
  return `# Written by "tapmesh demo"; the service ${service.name} itself listens on port ${servicePort}.\n${stringify(document)}`
}
