import { DECISIONS, isLoss } from '../../model/decision.ts'
import type { EdgeVerdict } from '../../model/graph.ts'
import { decidedText, lossLines, lossWords } from '../../picture/verdict-words.ts'

const told = (decision: EdgeVerdict['decision'], calls: number, acted = false): EdgeVerdict => ({
  ...{ feature: 'authorization', decision, acted, rule: 'default', calls },
})

test.each([
  [[], [], ''],
  [[told('retry', 90), told('note', 7)], [], ''],
  [[told('deny', 12)], ['▲ 12 would be denied'], ', 12 calls would be denied'],
  [[told('deny', 1)], ['▲ 1 would be denied'], ', 1 call would be denied'],
  [[told('deny', 3), told('cut', 9)], ['▲ 12 would be lost'], ', 12 calls would be lost'],
  [
    [told('deny', 300), told('deny', 4, true)],
    ['■ 4 denied', '▲ 300 would be denied'],
    ', 4 calls denied, 300 calls would be denied',
  ],
])('verdicts %j are marked %j', (verdicts, marks, words) => {
  expect(lossLines({ verdicts })?.[0] ?? []).toEqual(marks)
  expect(lossWords({ verdicts })).toBe(words)
})

test('where there is less room the mark is broken in two, and at last only counted', () => {
  expect(lossLines({ verdicts: [told('cut', 3, true), told('deny', 12)] })).toEqual([
    ['■ 3 cut', '▲ 12 would be denied'],
    ['■ 3 cut', '▲ 12 would', 'be denied'],
    ['■ 3', '▲ 12'],
  ])
})

test('an edge that no policy speaks of has no mark; every decision has words of its own', () => {
  expect(lossLines({})).toBeUndefined()
  expect(new Set(DECISIONS.map((it) => decidedText(it, true))).size).toBe(DECISIONS.length)
  expect(DECISIONS.filter(isLoss)).toEqual(['deny', 'shed', 'cut'])
})
