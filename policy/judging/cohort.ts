/**
 * Which calls a percentage takes. The place of a call comes from its trace id, salted with service and
 * feature: so one trace is treated alike wherever it passes that service, cohorts of two features have
 * nothing to do with each other, and raising a percentage keeps who was in.
 */

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a, 32 bits. */
function fnv1a(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME)
}

/** The finalizer of MurmurHash3: every bit of the result depends on every bit given. */
function mix(hash: number): number {
  let h = hash
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Salt of a feature of a service. */
export function cohortSeed(service: string, feature: string): number {
  let hash = FNV_OFFSET
  for (const byte of new TextEncoder().encode(`${service}/${feature}`)) hash = fnv1a(hash, byte)
  return hash >>> 0
}

const TRACE_ID_DIGITS = 32
/** W3C trace context level 2 wants randomness in the right half; the left one may be a time. */
const RANDOM_FROM = 16

/** @param traceId 32 hex digits as ASCII @param percent 0 to 100 */
export function isTreated(seed: number, traceId: Uint8Array, percent: number): boolean {
  let hash = seed | 0
  for (let at = RANDOM_FROM; at < TRACE_ID_DIGITS; at++) hash = fnv1a(hash, traceId[at]!)
  return mix(hash) < (percent / 100) * 2 ** 32
}
