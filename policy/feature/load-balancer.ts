import { callerScope, type FeatureModule, HTTP, PASS, verdict } from './feature.ts'

/**
 * Least request with two choices: of two endpoints picked at random the one with fewer calls in flight
 * is taken (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001). A recorded
 * call is told of where it met an endpoint that was busier than another one known then.
 */

/** Endpoints counted at a time; a call of another one is not told of. */
const ENDPOINTS_MAX = 1000

interface Compiled {
  leastRequest: boolean
}

/** Calls in flight by endpoint. */
export type InFlightByEndpoint = Map<string, number>

const BUSIER = verdict('note', 'simple', 'its endpoint was busier than another one')

export const loadBalancer: FeatureModule<'loadBalancer', Compiled, InFlightByEndpoint> = {
  moment: 'route',
  protocols: HTTP,
  stateless: false,
  columns: ['destination_instance'],
  routes: {
    pick: ({ leastRequest }, state, endpoints, random) =>
      leastRequest ? lessBusyOfTwo(endpoints, state, random) : undefined,
  },
  compile: ({ simple }) => ({ leastRequest: simple === 'LEAST_REQUEST' }),
  scopeOf: callerScope,
  createState: () => new Map(),
  decide({ leastRequest }, state, { destination_instance: endpoint }) {
    const own = state.get(endpoint)
    if (own === undefined && state.size >= ENDPOINTS_MAX) return PASS
    let least = Number.POSITIVE_INFINITY
    for (const calls of state.values()) if (calls < least) least = calls
    state.set(endpoint, (own ?? 0) + 1)
    return leastRequest && (own ?? 0) > least ? BUSIER : PASS
  },
  ended(_compiled, state, { destination_instance: endpoint }) {
    const calls = state.get(endpoint)
    if (calls !== undefined && calls > 0) state.set(endpoint, calls - 1)
  },
}

/** Place of the one that gets the call; endpoints by their label. @param random from 0 to below 1, asked for twice */
export function lessBusyOfTwo(
  endpoints: readonly { readonly label: string }[],
  state: InFlightByEndpoint,
  random: () => number,
): number {
  if (endpoints.length < 2) return 0
  const one = Math.floor(random() * endpoints.length)
  // Another one than the first, each as likely.
  const other = (one + 1 + Math.floor(random() * (endpoints.length - 1))) % endpoints.length
  const calls = (place: number) => state.get(endpoints[place]!.label) ?? 0
  return calls(other) < calls(one) ? other : one
}
