import type { Feature } from '../../model/flag.ts'

/** How a call is answered that a feature refuses: a status of HTTP and a flag of its record. */
export const REFUSALS: Partial<Record<Feature, { status: number; flag: string }>> = {
  authorization: { status: 403, flag: 'az' },
  mtls: { status: 403, flag: 'mt' },
  rateLimit: { status: 429, flag: 'RL' },
  connectionPool: { status: 503, flag: 'UO' },
}

/** Value of `x-tapmesh-denied`: who refused the call, under which rule, and in which revision that stands. */
export function deniedBy(feature: Feature, rule: string, revision: string): string {
  return `${feature};rule=${rule};v=${revision}`
}
