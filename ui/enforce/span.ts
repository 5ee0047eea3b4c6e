import { computed } from '@preact/signals'
import { range } from '../state/range.ts'

/**
 * Five live minutes say little about a policy: where the pages follow live, verdicts are counted over
 * a day; of a feature only those under its present settings.
 */
const VERDICT_WINDOW = '24h'

/** Milliseconds between two questions: newer than a day's pace, as that day is mostly rollups. */
export const VERDICT_PACE_MS = 10_000

export const verdictSpan = computed(() => {
  const { name, from, to } = range.value
  return { from: name === 'live' ? `now-${VERDICT_WINDOW}` : from, to }
})
