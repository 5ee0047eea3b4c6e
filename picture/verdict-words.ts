import { type Decision, isLoss, WORDS } from '../model/decision.ts'
import type { GraphEdge } from '../model/graph.ts'
import { countText } from './format.ts'

/** Verdicts in words, and the mark of an edge whose calls a policy would lose. */

/** A decision of any feature in words. The map needs no more; model/feature.ts has those of each feature. */
export const decidedText = (decision: Decision, acted: boolean): string => WORDS[decision][acted ? 1 : 0]

interface Loss {
  /** Told by its form: filled where it happened. */
  mark: string
  calls: number
  words: string
}

/** What was lost and what would be; where calls met several decisions they are told as one. */
function lossesOf({ verdicts }: Pick<GraphEdge, 'verdicts'>): Loss[] {
  const losses = (verdicts ?? []).filter((it) => isLoss(it.decision))
  return [true, false].flatMap((acted) => {
    const told = losses.filter((it) => it.acted === acted)
    const [first] = told
    if (!first) return []
    const alike = told.every((it) => it.decision === first.decision)
    return {
      mark: acted ? '■' : '▲',
      calls: told.reduce((sum, it) => sum + it.calls, 0),
      words: alike ? decidedText(first.decision, acted) : acted ? 'lost' : 'would be lost',
    }
  })
}

/**
 * Lines of an edge's label, from the widest to what always fits: `▲ 12 would be denied`, the same broken
 * in two, and the mark with its count. Undefined where nothing is lost.
 */
export function lossLines(edge: Pick<GraphEdge, 'verdicts'>): readonly string[][] | undefined {
  const losses = lossesOf(edge).map(({ mark, calls, words }) => ({
    count: `${mark} ${countText(calls)}`,
    words,
  }))
  if (losses.length === 0) return undefined
  return [
    losses.map(({ count, words }) => `${count} ${words}`),
    losses.flatMap(({ count, words }) => {
      const [first = '', ...rest] = words.split(' ')
      return [`${count} ${first}`, ...(rest.length > 0 ? [rest.join(' ')] : [])]
    }),
    losses.map(({ count }) => count),
  ]
}

/** `, 12 calls would be denied`: the end of an edge's sentence. */
export function lossWords(edge: Pick<GraphEdge, 'verdicts'>): string {
  return lossesOf(edge)
    .map(({ calls, words }) => `, ${countText(calls)} ${calls === 1 ? 'call' : 'calls'} ${words}`)
    .join('')
}
