import { CONTROL_STATE_BYTES_MAX, CONTROL_VERSION, CONTROL_WAIT_S_MAX } from '../../model/control.ts'
import { VERSION } from '../../policy/schema.ts'

test('a wait ends before what usually stands between gives up, a state fits the memory of a small tap', () => {
  expect(CONTROL_WAIT_S_MAX).toBeLessThan(60)
  expect(CONTROL_STATE_BYTES_MAX).toBeLessThanOrEqual(8 * 1024 * 1024)
  expect(CONTROL_VERSION).toMatch(/^tapmesh\/v\d+$/)
})

test('a state and the document it is made of are of one version', () => {
  expect(CONTROL_VERSION).toBe(VERSION)
})
