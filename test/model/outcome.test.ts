import { OUTCOMES } from '../../model/call.ts'
import { httpOutcome, isFailed } from '../../model/outcome.ts'

test.each([
  [101, 'ok'],
  [200, 'ok'],
  [304, 'ok'],
  [404, 'client_error'],
  [499, 'client_error'],
  [500, 'server_error'],
  [599, 'server_error'],
])('HTTP %i is %s', (status, outcome) => {
  expect(httpOutcome(status)).toBe(outcome)
})

test("the caller's mistakes and a policy's denials do not raise the error rate", () => {
  expect(OUTCOMES.filter(isFailed)).toEqual(['server_error', 'timeout', 'reset', 'unfinished'])
})
