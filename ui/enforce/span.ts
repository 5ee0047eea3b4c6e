import { computed } from '@preact/signals'
import { range } from '../state/range.ts'

/** Five live minutes say little about a policy: where the pages follow live, verdicts are counted over an hour. */
export const VERDICT_WINDOW = '1h'

export const verdictSpan = computed(() => {
  const { name, from, to } = range.value
  return { from: name === 'live' ? `now-${VERDICT_WINDOW}` : from, to }
})
