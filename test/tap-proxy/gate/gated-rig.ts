import { systemClock } from '../../../net/clock.ts'
import type { Endpoint } from '../../../net/endpoint.ts'
import { endpointAt } from '../../../net/endpoint.ts'
import { Gates } from '../../../tap-proxy/gate/gates.ts'
import type { GateDoor } from '../../../tap-proxy/relay/ward.ts'
import type { ListenerSettings } from '../../../tap-proxy/settings.ts'
import { policyOf } from '../../support/policy.ts'
import { fixedDestination } from '../relay/destination.ts'
import { type Backend, type BackendConnection, type Rig, startBackend, startRig } from '../relay/rig.ts'

/** A relay under a policy, between real sockets. */
export interface GatedRig extends Rig {
  gates: Gates
  door: GateDoor
  /** Another policy from the next call on. */
  govern(services: string): void
  faults: unknown[]
}

export const REVISION = 'e1.7'

const opened: { close(): void }[] = []

/** Closes what a test opened, also where it failed. */
export function closeAll(): void {
  for (const each of opened.splice(0)) each.close()
}

/** @param services the policy's lines below `services:`; the called service is `orders` */
export async function startGated(
  services: string,
  ports: readonly (number | { port: number; zone: string })[],
  settings: Partial<ListenerSettings> = { kind: 'outbound' },
): Promise<GatedRig> {
  const faults: unknown[] = []
  const gates = new Gates(systemClock(), (error) => faults.push(error))
  const door: GateDoor = { gate: undefined }
  const targets: Endpoint[] = ports.map((given) => {
    const { port, zone } = typeof given === 'number' ? { port: given, zone: '' } : given
    return endpointAt('127.0.0.1', port, '127.0.0.1', zone)
  })
  const destination = fixedDestination(targets)
  const rig = await startRig({ settings, deps: { destination, door } })
  opened.push(rig)
  const govern = (lines: string): void => {
    gates.use(policyOf(lines), REVISION)
    door.gate = gates.gateFor(rig.settings)
  }
  govern(services)
  return { ...rig, gates, door, govern, faults }
}

/** An answer with that status and body. */
export const answerOf = (status: number, body = 'hello', ...fields: string[]): string =>
  [`HTTP/1.1 ${status} Whatever`, `Content-Length: ${body.length}`, ...fields, '', body].join('\r\n')

/** A backend that answers each whole request without a body by what `reply` gives; undefined leaves it open. */
export async function replying(
  reply: (request: string, count: number) => string | undefined,
): Promise<Backend & { requests: string[] }> {
  const requests: string[] = []
  const onData = (connection: BackendConnection): void => {
    const text = connection.received.toString('latin1')
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (text.length < head + 4 + length) return
    connection.received = Buffer.alloc(0)
    requests.push(text)
    const answer = reply(text, requests.length)
    if (answer !== undefined) connection.socket.write(answer, 'latin1')
  }
  const backend = await startBackend(onData)
  opened.push(backend)
  return { ...backend, requests }
}
