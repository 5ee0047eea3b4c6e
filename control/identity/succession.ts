import type { Authority } from './authority.ts'

/**
 * Which CA signs, which ones taps have to trust, and when the next one is due. A CA is published long
 * before it signs and stays published until it expires, so no tap ever meets a leaf that it cannot check.
 */

const DAY_MS = 86_400_000
/** The next CA is made when the newest has so long left. */
export const NEXT_MS = 120 * DAY_MS
/** And signs when taps have had so long to learn of it. */
export const PUBLISHED_MS = 60 * DAY_MS
/** A CA this near to its end signs no more, however new the next one is. */
export const LAST_MS = 2 * DAY_MS

export interface Succession {
  /** Undefined where none may sign now. */
  current: Authority | undefined
  /** Newest first. */
  published: readonly Authority[]
  nextDue: boolean
}

export function successionOf(authorities: readonly Authority[], now_ms: number): Succession {
  const published = authorities
    .filter(({ not_after_ms }) => not_after_ms > now_ms)
    .sort((left, right) => right.number - left.number)
  const ready = published.filter(({ made_ms }) => made_ms <= now_ms)
  const current =
    ready.find(({ made_ms }, index) => {
      const older = ready[index + 1]
      return !older || now_ms - made_ms >= PUBLISHED_MS || older.not_after_ms - now_ms < LAST_MS
    }) ?? ready[0]
  const newest = published[0]
  return { current, published, nextDue: !newest || newest.not_after_ms - now_ms < NEXT_MS }
}
