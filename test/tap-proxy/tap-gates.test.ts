import { assemble } from '../../tap-proxy/config/assemble.ts'
import { createEvents } from '../../tap-proxy/events.ts'
import { RelayCounters } from '../../tap-proxy/relay/counters.ts'
import { CallCounters } from '../../tap-proxy/sink/call-counters.ts'
import { LineWriter } from '../../tap-proxy/sink/line-writer.ts'
import { CallFan } from '../../tap-proxy/sink/routed-sink.ts'
import { TapGates } from '../../tap-proxy/tap-gates.ts'
import { TapListeners } from '../../tap-proxy/tap-listeners.ts'
import { call, startBackend } from '../e2e/support/calls.ts'
import { policyOf } from '../support/policy.ts'

const DENY = policyOf('  orders: { authorization: { mode: enforce, default: deny } }\n')
const about = (bypass: boolean) => ({ revision: '0a1b2c3d.7', bypass })

test('a policy, the bypass and its end hold from the next call on; verdicts are counted', async () => {
  const backend = await startBackend()
  const counters = new RelayCounters()
  const fan = new CallFan(100, [new CallCounters()], (error) => {
    throw error
  })
  const listeners = new TapListeners(counters, fan, createEvents(new LineWriter(2)))
  const any = { host: '127.0.0.1', port: 0 }
  const to = [{ host: '127.0.0.1', port: backend.port }]
  await listeners.apply(assemble({ service: 'orders', inbound: [{ listen: any, to }] }))
  const port = Number(/:(\d+) ->/.exec(listeners.describe()[0]!)![1])
  const status = async () => (await call(port)).status
  const gates = new TapGates(listeners, counters)
  expect([gates.verdicts, await status()]).toEqual([undefined, 200])
  const take = await gates.load()
  take(DENY, about(false))
  expect(await status()).toBe(403)
  take(DENY, about(true))
  expect(await status()).toBe(200)
  take(DENY, about(false))
  expect(await status()).toBe(403)
  const counted: unknown[] = []
  gates.verdicts!.each((...verdict) => counted.push(verdict))
  expect(counted).toEqual([['authorization', 'deny', true, 2]])
  await listeners.stop(100)
  await backend.close()
})
