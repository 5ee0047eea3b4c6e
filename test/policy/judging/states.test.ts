import { States } from '../../../policy/judging/states.ts'
import { call, judgeOf } from '../../support/judge.ts'

test('calls of one scope share a state; beyond the limit there is none, and it is counted', () => {
  const states = new States(2)
  const pool = judgeOf('connectionPool', '')
  const [web, batch] = [call({ source: 'web' }), call({ source: 'batch' })]
  const first = states.of(pool, web)
  expect(states.of(pool, { ...web, path: '/other' })).toBe(first)
  expect(states.of(pool, batch)).not.toBe(first)
  expect(states.of(judgeOf('loadBalancer', ''), web)).toBeUndefined()
  expect(states.of(pool, call({ source: 'third' }))).toBeUndefined()
  expect(states.refused).toBe(2)
  expect(states.of(pool, web)).toBe(first)
})

test('states are found by the service that is called', () => {
  const states = new States()
  const pool = judgeOf('connectionPool', '')
  const cart = states.of(pool, call({ source: 'web' }))
  states.of(pool, call({ source: 'web', destination: 'payment' }))
  expect([...states.ofService('connectionPool', 'cart')]).toEqual([cart!.state])
  expect([...states.ofService('failover', 'cart')]).toEqual([])
})
