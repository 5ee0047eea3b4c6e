import { decidedText, isLoss, lossText, lossWords } from '../../../graph-api/picture/verdict-words.ts'
import type { EdgeVerdict } from '../../../model/graph.ts'
import { DECISIONS } from '../../../model/verdict.ts'

const told = (decision: EdgeVerdict['decision'], calls: number, acted = false): EdgeVerdict => ({
  ...{ feature: 'authorization', decision, acted, rule: 'default', calls },
})

test.each([
  [[], undefined, ''],
  [[told('retry', 90), told('note', 7)], undefined, ''],
  [[told('deny', 12)], '▲ 12 would be denied', ', 12 calls would be denied'],
  [[told('deny', 1)], '▲ 1 would be denied', ', 1 call would be denied'],
  [[told('deny', 3), told('cut', 9)], '▲ 12 would be cut', ', 12 calls would be cut'],
  [[told('deny', 300), told('deny', 4, true)], '■ 4 denied', ', 4 calls denied'],
])('verdicts %j are marked %j', (verdicts, mark, words) => {
  expect(lossText({ verdicts })).toBe(mark)
  expect(lossWords({ verdicts })).toBe(words)
})

test('an edge that no policy speaks of has no mark; every decision has words of its own', () => {
  expect(lossText({})).toBeUndefined()
  expect(new Set(DECISIONS.map((it) => decidedText(it, true))).size).toBe(DECISIONS.length)
  expect(DECISIONS.filter(isLoss)).toEqual(['deny', 'shed', 'cut'])
})
