import type { RelayClock } from '../../../net/clock.ts'
import { compilePolicy, type Judge } from '../../../policy/judging/engine.ts'
import { Gates } from '../../../tap-proxy/gate/gates.ts'
import { ListenerGate } from '../../../tap-proxy/gate/listener-gate.ts'
import { PoolQueues } from '../../../tap-proxy/gate/pool-queues.ts'
import { policyOf } from '../../support/policy.ts'
import { ask, connectRaw, get, until } from '../relay/rig.ts'
import { answerOf, closeAll, REVISION, replying, startGated } from './gated-rig.ts'

/** Faults under a policy (docs/faults-control.md): of its own code, of the clock, of peers, of taps in a row. */

afterEach(closeAll)

describe('a fault in the code of a feature costs what it would have said, never the call', () => {
  const POLICY = `  orders:
    outlierDetection: { mode: enforce }
    retries: { mode: enforce, backoff: 1ms }
    timeouts: { mode: enforce, request: 10s }
`
  const fault = new Error('judged badly')
  const broken = () => {
    throw fault
  }

  async function startBroken(breaks: (judge: Judge) => Partial<Judge>, port: number) {
    const rig = await startGated(POLICY, [port])
    const engine = compilePolicy(policyOf(POLICY))
    const judgesFor = (destination: string, source: string) =>
      engine.judgesFor(destination, source).map((judge) => ({ ...judge, ...breaks(judge) }))
    const { clock } = rig.deps
    const faults: unknown[] = []
    const onFault = (error: unknown) => faults.push(error)
    const context = { counters: rig.gates.counters, queues: new PoolQueues(), clock, onFault }
    rig.door.gate = new ListenerGate(
      {
        ...{ engine: { ...engine, judgesFor }, revision: REVISION, side: 'caller' },
        ...{ destination: 'orders', destination_zone: '', protocol: 'http', acts: true },
      },
      rig.gates.states,
      context,
    )
    return { ...rig, faults }
  }

  test.each<[string, Judge['feature'], Partial<Judge>]>([
    ['before it is sent', 'outlierDetection', { decide: broken }],
    ['when it has failed', 'retries', { decide: broken }],
    ['when it is over', 'timeouts', { decide: broken }],
    ['when its end is told', 'outlierDetection', { ended: broken }],
  ])('%s', async (_, feature, breaks) => {
    const backend = await replying((_, count) => answerOf(count === 1 ? 503 : 200))
    const rig = await startBroken((judge) => (judge.feature === feature ? breaks : {}), backend.port)
    const client = await connectRaw(rig.port)
    client.socket.write(get('/first'))
    await until(() => client.text().includes('hello'), 'the first answer')
    client.socket.write(get('/second'))
    await until(() => (client.text().match(/hello/g)?.length ?? 0) >= 2, 'the second answer')
    await until(() => rig.records.at(-1)?.path === '/second')
    expect([...new Set(rig.faults)]).toEqual([fault])
    expect([rig.counters.faults, rig.counters.callsInFlight]).toEqual([0, 0])
    expect(rig.records.map(({ path }) => path)).toEqual(
      feature === 'retries' ? ['/first', '/second'] : ['/first', '/first', '/second'],
    )
  })

  test('at a second attempt, which goes where it was meant to', async () => {
    const backend = await replying((_, count) => answerOf(count === 1 ? 503 : 200))
    let asked = 0
    const decide =
      (judge: Judge): Judge['decide'] =>
      (...given) =>
        ++asked === 2 ? broken() : judge.decide(...given)
    const rig = await startBroken(
      (judge) => (judge.feature === 'outlierDetection' ? { decide: decide(judge) } : {}),
      backend.port,
    )
    expect(await ask(rig.port, get())).toMatch(/^HTTP\/1\.1 200/)
    expect(rig.faults).toEqual([fault])
  })
})

test('a clock that is set back by an hour keeps no bucket empty and no endpoint ejected', async () => {
  let offset_us = 1_790_000_000_000_000
  const clock: RelayClock = {
    mono_us: () => performance.now() * 1000,
    wall_us: (mono_us) => Math.floor(mono_us + offset_us),
  }
  const policy = '  orders: { rateLimit: { mode: enforce, requestsPerSecond: 1000, burst: 1 } }\n'
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(policy, [backend.port], { kind: 'inbound' })
  const gates = new Gates(clock, () => {})
  gates.use(policyOf(policy), REVISION)
  rig.door.gate = gates.gateFor(rig.settings)
  expect(await ask(rig.port, get())).toMatch(/ 200 /)
  offset_us -= 3_600_000_000
  let answer = ''
  for (const end = performance.now() + 2000; performance.now() < end && !answer.includes(' 200 '); ) {
    answer = await ask(rig.port, get())
  }
  expect(answer).toMatch(/ 200 /)
})

test('two taps in a row that both retry: attempts add up and are not multiplied', async () => {
  const backend = await replying(() => answerOf(503))
  const policy = '  orders: { retries: { mode: enforce, attempts: 3, backoff: 1ms } }\n'
  const near = await startGated(policy, [backend.port])
  const far = await startGated(policy, [near.port])
  expect(await ask(far.port, get())).toMatch(/ 503 /)
  // Four attempts of the first tap; of these the second one repeats the first alone.
  expect(backend.requests).toHaveLength(4 + 3)
  expect(far.records).toHaveLength(4)
})

test('what the next tap refuses is not sent again', async () => {
  const backend = await replying(() => undefined)
  const pool =
    '  orders: { connectionPool: { mode: enforce, maxConnections: 1, http1MaxPendingRequests: 0 } }\n'
  const near = await startGated(pool, [backend.port])
  const far = await startGated('  orders: { retries: { mode: enforce, backoff: 1ms } }\n', [near.port])
  const first = await connectRaw(far.port)
  first.socket.write(get())
  await until(() => backend.requests.length === 1)
  expect(await ask(far.port, get())).toMatch(/^HTTP\/1\.1 503 [\s\S]*x-tapmesh-denied: connectionPool/)
  expect(far.records.map(({ verdicts }) => verdicts)).toEqual([['retries=would_no_retry;rule=denied']])
})

describe('peers that are slow, drip or die, under timeouts and retries', () => {
  const LIMITS =
    '  orders: { timeouts: { mode: enforce, request: 150ms }, retries: { mode: enforce, backoff: 1ms } }\n'

  const CUT = ['timeouts=cut;rule=request', 'retries=would_no_retry;rule=timeout']

  test('an answer that drips past its time is cut, and its record says by what', async () => {
    const backend = await replying(() => 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\na')
    const rig = await startGated(LIMITS, [backend.port])
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.text().endsWith('\r\n\r\na'), 'the beginning')
    const drips = setInterval(() => backend.connections[0]!.socket.write('a'), 10)
    await until(() => client.closed, 'the end')
    clearInterval(drips)
    expect(rig.records).toMatchObject([{ status: 200, flags: 'UT', outcome: 'timeout', verdicts: CUT }])
    await until(() => backend.connections[0]!.closed, 'the service to be let go')
  })

  test('a caller that drips its request is answered 504 in the middle of it', async () => {
    const backend = await replying(() => answerOf(200))
    const rig = await startGated(LIMITS, [backend.port])
    const client = await connectRaw(rig.port)
    client.socket.write('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000\r\n\r\n')
    const drips = setInterval(() => client.socket.write('a'), 10)
    await until(() => client.text().includes('rule=request'), 'the refusal')
    clearInterval(drips)
    expect(client.text()).toMatch(/^HTTP\/1\.1 504 [\s\S]*Connection: close/)
    expect(backend.requests).toEqual([])
    expect(rig.records).toMatchObject([{ flags: 'UT', verdicts: CUT }])
  })

  test('a service that dies in the middle of a request is not asked again', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated(LIMITS, [backend.port])
    const client = await connectRaw(rig.port)
    client.socket.write('PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000\r\n\r\nhalf')
    await until(() => (backend.connections[0]?.received.length ?? 0) > 0, 'half a request')
    backend.connections[0]!.socket.resetAndDestroy()
    await until(() => client.text().includes('\r\n\r\n'), 'the answer')
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 /)
    expect(backend.connections).toHaveLength(1)
    expect(rig.records.map(({ verdicts }) => verdicts)).toEqual([['retries=would_no_retry;rule=unfinished']])
  })
})
