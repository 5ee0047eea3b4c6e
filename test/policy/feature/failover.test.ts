import type { Settings } from '../../../model/policy.ts'
import { type ZoneHealth, zoneFor } from '../../../policy/feature/failover.ts'
import { call, judgeOf, short } from '../../support/judge.ts'

const SECOND = 1_000_000
const LINE = 'order: [east, west], consecutiveErrors: 2, recoveryTime: 10s'
const settings = { order: ['east', 'west'], healthyPercent: 70 } as unknown as Settings<'failover'>

function world() {
  const judge = judgeOf('failover', LINE)
  const state = judge.module.createState()
  return {
    zone: (now_us: number) => zoneFor(settings, state as ZoneHealth, now_us),
    call(endpoint: string, zone: string, now_us: number, outcome: 'ok' | 'reset' = 'ok') {
      const one = call({ destination_instance: endpoint, destination_zone: zone, outcome })
      const verdict = short(judge.decide(state, one, now_us))
      judge.ended(state, one, now_us)
      return verdict
    },
  }
}

test('a zone whose endpoint fails in a row is left, tried by one call, and taken back', () => {
  const { zone, call } = world()
  expect(zone(0)).toBe('east')
  call('e1', 'east', 0, 'reset')
  expect(zone(1)).toBe('east')
  call('e1', 'east', 2, 'reset')
  expect(zone(3)).toBe('west')
  expect(call('e1', 'east', 4)).toBe('divert healthyPercent')
  // The call above went through all the same, in a world without failover; so the zone is healthy again.
  expect(zone(5)).toBe('east')
})

test('after the recovery time one call goes back, and only one', () => {
  const judge = judgeOf('failover', LINE)
  const state = judge.module.createState()
  const one = call({ destination_instance: 'e1', destination_zone: 'east', outcome: 'reset' })
  for (const at of [0, 1]) {
    judge.decide(state, one, at)
    judge.ended(state, one, at)
  }
  const later = 11 * SECOND
  expect(zoneFor(settings, state as ZoneHealth, later)).toBe('east')
  expect(short(judge.decide(state, one, later))).toBe('pass')
  expect(zoneFor(settings, state as ZoneHealth, later + 1)).toBe('west')
})

test('where no zone is healthy the first one gets the calls', () => {
  const { zone, call } = world()
  for (const at of [0, 1]) {
    call('e1', 'east', at, 'reset')
    call('w1', 'west', at, 'reset')
  }
  expect(zone(2)).toBe('east')
})

test('a zone that is not listed is told of', () => {
  expect(world().call('n1', 'north', 0)).toBe('divert order')
})
