import { meshFindings } from '../../../cli/doctor/mesh-status.ts'
import type { StatusAnswer } from '../../../graph-api/contract.ts'
import { statusAnswer } from '../../support/fake-answers.ts'
import { shop } from '../../support/fake-graph.ts'

/** What the doctor says of a mesh where all is well but for the change. */
function said(change: (status: StatusAnswer) => void): string[] {
  const status = statusAnswer(shop(), 1000, { store_error: null, tapped: [], newest: null })
  for (const tap of status.taps) tap.dropped = {}
  change(status)
  return meshFindings(status, Date.now()).map(({ check, state, detail }) => `${state} ${check}: ${detail}`)
}

test('a mesh where all is well gets no fault', () => {
  expect(said(() => {}).filter((line) => !line.startsWith('ok '))).toEqual([])
})

test('rows that came by OTLP are told as what they are, and need no tap', () => {
  const lines = said((status) => {
    status.taps = []
    status.ingest.otlp_rows = 40
  })
  expect(lines.join('\n')).toMatch(/ok Ingest: [\d,]+ rows accepted \(40 by OTLP\), last stored/)
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([])
})

test('a mesh to which nobody sends is told how to start a tap', () => {
  const lines = said((status) => {
    status.taps = []
  })
  expect(lines).toContain('note Taps: none has reported yet')
})
