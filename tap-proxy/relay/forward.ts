import type { Target } from '../../net/resolve.ts'
import type { Exchange } from './exchange.ts'

/**
 * Looks up where a forward proxy's call goes, and whether it may. `use` gets the one address that was
 * checked, if the call still waits for it; a refused or unknown destination ends the call with 403.
 */
export function findTarget(
  exchange: Exchange,
  host: string,
  port: number,
  use: (target: Target) => void,
): void {
  const { serial } = exchange
  const { allow } = exchange.runtime
  const answer = (target: Target | undefined): void => {
    // The object may serve another call by now.
    if (exchange.serial !== serial || !exchange.active) return
    if (target) use(target)
    else exchange.fail(403, 'NR', 'denied')
  }
  const found = allow ? allow.resolveAllowed(host, port) : Promise.resolve(undefined)
  found.then(answer, () => answer(undefined)).catch((error: unknown) => exchange.onUpstreamFault(error))
}
