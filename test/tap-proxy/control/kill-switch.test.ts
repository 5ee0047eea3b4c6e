import { KillSwitch } from '../../../tap-proxy/control/kill-switch.ts'

test('nobody lets go for another, and only changes are told', () => {
  const told: string[] = []
  const kill = new KillSwitch((by) => told.push(by.join('+') || 'nobody'))
  kill.set('hand', false)
  kill.set('file', true)
  kill.set('file', true)
  kill.toggle()
  kill.set('hand', true)
  kill.toggle()
  expect(kill.isOn).toBe(true)
  kill.set('file', false)
  expect([kill.isOn, kill.heldBy]).toEqual([false, []])
  expect(told).toEqual(['file', 'file+hand', 'file', 'nobody'])
})
