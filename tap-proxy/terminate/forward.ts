import type { Allowed } from '../../net/allow.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { Exchange } from './exchange.ts'

const UNKNOWN: Allowed = { kind: 'unknown' }
const REFUSED: Allowed = { kind: 'refused' }

/**
 * Looks up where a forward proxy's call goes, and whether it may. `use` gets the first address that was
 * checked, if the call still waits for it; the exchange keeps the others of that name.
 */
export function findTarget(
  exchange: Exchange,
  host: string,
  port: number,
  use: (target: Endpoint) => void,
): void {
  const { serial } = exchange
  const { allow } = exchange.runtime
  const answer = (found: Allowed): void => {
    // The object may serve another call by now.
    if (exchange.serial !== serial || !exchange.active) return
    if (found.kind === 'allowed') {
      const [first, ...others] = found.targets
      exchange.others = others
      use(first)
    } else if (found.kind === 'unknown') {
      exchange.fail(502, 'UH', 'server_error', '', `The name ${host} has no address.`)
    } else {
      const hint = `This forward proxy may not reach ${host}:${port}; add it to "allow" in the tap's configuration (--allow ${host}).`
      exchange.fail(403, 'NR', 'denied', '', hint)
    }
  }
  const found = allow ? allow.resolveAllowed(host, port) : Promise.resolve(REFUSED)
  found.then(answer, () => answer(UNKNOWN)).catch((error: unknown) => exchange.onUpstreamFault(error))
}
