import type { CallControl } from '../../../policy/feature/call-control.ts'
import { verdict } from '../../../policy/feature/feature.ts'
import { compilePolicy, type Judge } from '../../../policy/judging/engine.ts'
import { ListenerGate } from '../../../tap-proxy/gate/listener-gate.ts'
import { PoolQueues } from '../../../tap-proxy/gate/pool-queues.ts'
import { policyOf } from '../../support/policy.ts'
import { connectRaw, get, until } from '../relay/rig.ts'
import { answerOf, closeAll, REVISION, replying, startGated } from './gated-rig.ts'

/** A feature that holds calls back, as fault injection would: the part of a call's control that no feature uses yet. */

afterEach(closeAll)

const POLICY = '  orders: { connectionPool: { mode: enforce } }\n'
const DELAY = verdict('queue', 'delay', 'every call is held back')

async function startHolding(hold_us: number, port: number) {
  const rig = await startGated(POLICY, [port])
  const engine = compilePolicy(policyOf(POLICY))
  const holding = (judge: Judge): Judge => ({
    ...judge,
    decide: () => DELAY,
    ended: () => {},
    module: {
      ...judge.module,
      acts: {
        act(_verdict, _compiled, _state, control: CallControl) {
          control.hold(hold_us)
          return true
        },
      },
    },
  })
  const judgesFor = (destination: string, source: string) =>
    engine
      .judgesFor(destination, source)
      .map((judge) => (judge.feature === 'connectionPool' ? holding(judge) : judge))
  rig.door.gate = new ListenerGate(
    {
      ...{ engine: { ...engine, judgesFor }, revision: REVISION, side: 'caller' },
      ...{ destination: 'orders', destination_zone: '', protocol: 'http', acts: true },
    },
    rig.gates.states,
    {
      ...{ counters: rig.gates.counters, queues: new PoolQueues(), clock: rig.deps.clock },
      onFault(error) {
        throw error
      },
    },
  )
  return rig
}

test('a call that is held goes on after its time, and says so', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startHolding(30_000, backend.port)
  const client = await connectRaw(rig.port)
  client.socket.write(get())
  await until(() => rig.counters.callsInFlight === 1)
  expect(backend.requests).toEqual([])
  await until(() => client.text().includes('hello'), 'the answer')
  expect(rig.records.map(({ verdicts }) => verdicts)).toEqual([['connectionPool=queue;rule=delay']])
})

test('a caller that leaves while its call is held ends it once, and it is never sent', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startHolding(20_000, backend.port)
  const client = await connectRaw(rig.port)
  client.socket.write(get())
  await until(() => rig.counters.callsInFlight === 1)
  client.socket.resetAndDestroy()
  rig.listener.close()
  await until(() => rig.records.length === 1, 'the record')
  expect(rig.records[0]).toMatchObject({ outcome: 'unfinished' })
  expect([backend.requests, rig.counters.callsInFlight]).toEqual([[], 0])
})
