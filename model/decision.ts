/** What a feature may decide about a call, in words: of a call for which it was only said, and of one for which it was done. */

export type Words = readonly [would: string, did: string]

/**
 * pass: nothing. deny, shed: refused. cut: ended by a timeout. retry: sent again; no_retry: failed and not
 * sent again. divert: sent to another endpoint. queue: waits before it is sent. note: goes on, worth telling.
 * A feature may have words of its own (model/feature.ts).
 */
export const WORDS = {
  pass: ['pass', 'pass'],
  deny: ['would be denied', 'denied'],
  shed: ['would be shed', 'shed'],
  cut: ['would be cut', 'cut'],
  retry: ['would be sent again', 'sent again'],
  no_retry: ['would be left failed', 'left failed'],
  divert: ['would go to another endpoint', 'sent to another endpoint'],
  queue: ['would wait', 'waited'],
  note: ['noted', 'noted'],
} as const satisfies Readonly<Record<string, Words>>

export type Decision = keyof typeof WORDS
export const DECISIONS = Object.keys(WORDS) as readonly Decision[]

/** The call never reaches its destination. */
export type Refusing = 'deny' | 'shed'

export function isRefused(decision: Decision): decision is Refusing {
  return decision === 'deny' || decision === 'shed'
}

/** The caller does not get the answer. */
export function isLoss(decision: Decision): boolean {
  return isRefused(decision) || decision === 'cut'
}
