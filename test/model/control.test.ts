import {
  CONTROL_SERVICES_MAX,
  CONTROL_STATE_BYTES_MAX,
  CONTROL_VERSION,
  CONTROL_WAIT_S_MAX,
} from '../../model/control.ts'
import { VERSION } from '../../tap-proxy/policy/schema.ts'

test('a state and the document it is made of are of one version', () => {
  expect(CONTROL_VERSION).toBe(VERSION)
})

test('a wait ends before what stands between two programs takes it for dead, and a tap is heard of each minute', () => {
  expect(CONTROL_WAIT_S_MAX).toBeLessThan(60)
})

test('every service that may be asked about has room in the state for its own policy', () => {
  expect(CONTROL_STATE_BYTES_MAX / CONTROL_SERVICES_MAX).toBeGreaterThan(16 * 1024)
})
