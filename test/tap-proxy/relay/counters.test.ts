import { RelayCounters } from '../../../tap-proxy/relay/counters.ts'
import { FAULT, FAULTS } from '../../../wire/http1/fault.ts'

test('faults are counted by rule, requests and answers apart', () => {
  const counters = new RelayCounters()
  counters.requestFault(FAULT.bare_lf)
  counters.requestFault(FAULT.bare_lf)
  counters.answerFault(FAULT.bare_lf)
  expect(counters.requestFaults[FAULT.bare_lf]).toBe(2)
  expect(counters.answerFaults[FAULT.bare_lf]).toBe(1)
  expect(counters.requestFaults).toHaveLength(FAULTS.length)
})

test('an error of the program is kept for whoever reports it', () => {
  const counters = new RelayCounters()
  counters.fault('boom')
  expect(counters).toMatchObject({ faults: 1, lastFault: 'boom' })
})
