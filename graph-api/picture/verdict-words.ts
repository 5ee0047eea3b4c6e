import type { EdgeVerdict, GraphEdge } from '../../model/graph.ts'
import type { Decision } from '../../model/verdict.ts'
import { countText } from './format.ts'

/** Verdicts in words, and the mark of an edge whose calls a policy would lose. */

/** Of calls: what a verdict would do where it was only said, and what it did. */
const DECIDED: Readonly<Record<Decision, readonly [would: string, did: string]>> = {
  pass: ['pass', 'pass'],
  deny: ['would be denied', 'denied'],
  shed: ['would be shed', 'shed'],
  cut: ['would be cut', 'cut'],
  retry: ['would be sent again', 'sent again'],
  no_retry: ['would be left failed', 'left failed'],
  divert: ['would go to another endpoint', 'sent to another endpoint'],
  queue: ['would wait for a connection', 'waited for a connection'],
  note: ['noted', 'noted'],
}

export const decidedText = (decision: Decision, acted: boolean): string => DECIDED[decision][acted ? 1 : 0]

/** Verdicts that cost the caller the answer. */
export const isLoss = (decision: Decision): boolean =>
  decision === 'deny' || decision === 'shed' || decision === 'cut'

/** What is lost, or else what would be: the mark by form, the count, and the decision most calls met. */
function lossOf({ verdicts }: Pick<GraphEdge, 'verdicts'>): (EdgeVerdict & { mark: string }) | undefined {
  const losses = (verdicts ?? []).filter((it) => isLoss(it.decision))
  const acted = losses.some((it) => it.acted)
  const told = losses.filter((it) => it.acted === acted)
  if (told.length === 0) return undefined
  const worst = told.reduce((most, it) => (it.calls > most.calls ? it : most))
  const calls = told.reduce((sum, it) => sum + it.calls, 0)
  return { ...worst, calls, mark: acted ? '■' : '▲' }
}

/** `▲ 12 would be denied`, a line of an edge's label; undefined where nothing is lost. */
export function lossText(edge: Pick<GraphEdge, 'verdicts'>): string | undefined {
  const loss = lossOf(edge)
  return loss && `${loss.mark} ${countText(loss.calls)} ${decidedText(loss.decision, loss.acted)}`
}

/** `, 12 calls would be denied`, the end of an edge's sentence. */
export function lossWords(edge: Pick<GraphEdge, 'verdicts'>): string {
  const loss = lossOf(edge)
  if (!loss) return ''
  const calls = loss.calls === 1 ? 'call' : 'calls'
  return `, ${countText(loss.calls)} ${calls} ${decidedText(loss.decision, loss.acted)}`
}
