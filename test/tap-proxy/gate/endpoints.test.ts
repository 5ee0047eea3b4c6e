import { ask, connectRaw, get, until } from '../relay/rig.ts'
import { answerOf, closeAll, replying, startGated } from './gated-rig.ts'

/** Where calls go at the tap behind a caller: breaker, failover, balancer, pool, percent. */

afterEach(closeAll)

const ANSWERS = { good: () => answerOf(200), bad: () => answerOf(500) }

async function calls(port: number, count: number): Promise<string[]> {
  const statuses: string[] = []
  for (let at = 0; at < count; at++) statuses.push((await ask(port, get())).slice(9, 12))
  return statuses
}

test('an endpoint that keeps failing is left out, and its calls go to the others', async () => {
  const [good, bad] = [await replying(ANSWERS.good), await replying(ANSWERS.bad)]
  const rig = await startGated(
    '  orders: { outlierDetection: { mode: enforce, consecutive5xxErrors: 3 } }\n',
    [bad.port, good.port],
  )
  const statuses = await calls(rig.port, 12)
  expect(statuses.filter((status) => status === '500')).toHaveLength(3)
  expect(bad.requests).toHaveLength(3)
  expect(rig.records.at(-1)!.verdicts.concat(rig.records.at(-2)!.verdicts)).toEqual([
    'outlierDetection=divert;rule=consecutive5xxErrors',
  ])
})

test('what a tap before the endpoint refused does not count against it', async () => {
  const good = await replying(ANSWERS.good)
  const shedding = await replying(() => answerOf(503, 'no', 'x-tapmesh-denied: rateLimit;rule=r;v=1'))
  const rig = await startGated(
    '  orders: { outlierDetection: { mode: enforce, consecutive5xxErrors: 1 } }\n',
    [shedding.port, good.port],
  )
  expect(await calls(rig.port, 6)).toEqual(['503', '200', '503', '200', '503', '200'])
})

test('the last healthy endpoint is never left out', async () => {
  const bad = await replying(ANSWERS.bad)
  const rig = await startGated(
    '  orders: { outlierDetection: { mode: enforce, consecutive5xxErrors: 1 } }\n',
    [bad.port],
  )
  expect(await calls(rig.port, 4)).toEqual(['500', '500', '500', '500'])
})

test('in dry-run it is said, and the endpoint keeps its calls', async () => {
  const [good, bad] = [await replying(ANSWERS.good), await replying(ANSWERS.bad)]
  const rig = await startGated(
    '  orders: { outlierDetection: { mode: dry-run, consecutive5xxErrors: 1 } }\n',
    [bad.port, good.port],
  )
  const said = () =>
    rig.records.find(({ verdicts }) =>
      verdicts.includes('outlierDetection=would_divert;rule=consecutive5xxErrors'),
    )
  for (let call = 0; call < 50 && said() === undefined; call++) await calls(rig.port, 1)
  expect(said()?.parties.destination_instance).toBe(`127.0.0.1:${bad.port}`)
})

test('a zone that is lost is served by the next, and taken back by one call that goes well', async () => {
  let up = true
  const near = await replying(() => (up ? answerOf(200, 'near') : answerOf(503)))
  const far = await replying(() => answerOf(200, 'far'))
  const policy =
    '  orders: { failover: { mode: enforce, order: [near, far], consecutiveErrors: 2, recoveryTime: 1s } }\n'
  const rig = await startGated(policy, [
    { port: near.port, zone: 'near' },
    { port: far.port, zone: 'far' },
  ])
  const where = async () => (await ask(rig.port, get())).split('\r\n\r\n')[1]
  expect([await where(), await where(), await where()]).toEqual(['near', 'near', 'near'])
  up = false
  await where()
  await where()
  expect([await where(), await where()]).toEqual(['far', 'far'])
  expect(rig.records.at(-1)!.parties.destination_zone).toBe('far')
  up = true
  let back: string | undefined
  const patience = performance.now() + 4000
  while (back !== 'near' && performance.now() < patience) back = await where()
  expect(back).toBe('near')
})

test('least request keeps calls away from the endpoint that is busy', async () => {
  const slow = await replying(() => undefined)
  const fast = await replying(ANSWERS.good)
  const rig = await startGated('  orders: { loadBalancer: { mode: enforce } }\n', [slow.port, fast.port])
  // The first choice is by chance: until the slow one has a call, the fast one answers at once.
  while (slow.requests.length === 0) {
    const waiting = await connectRaw(rig.port)
    waiting.socket.write(get())
    await until(() => slow.requests.length === 1 || waiting.text().includes('hello'))
  }
  expect(await calls(rig.port, 10)).toEqual(Array.from({ length: 10 }, () => '200'))
  expect(slow.requests).toHaveLength(1)
})

describe('connection pool', () => {
  const policy = (pending: number) =>
    `  orders: { connectionPool: { mode: enforce, maxConnections: 1, http1MaxPendingRequests: ${pending} } }\n`

  test('a call past the limit waits for the one before it', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated(policy(5), [backend.port])
    const clients = [await connectRaw(rig.port), await connectRaw(rig.port)]
    clients[0]!.socket.write(get('/first'))
    await until(() => backend.requests.length === 1)
    clients[1]!.socket.write(get('/second'))
    await until(() => rig.counters.callsInFlight === 2)
    expect(backend.requests).toHaveLength(1)
    backend.connections[0]!.socket.write(answerOf(200))
    await until(() => backend.requests.length === 2, 'the second call')
    backend.connections[1]!.socket.write(answerOf(200))
    await until(() => clients[1]!.text().includes('hello'))
    expect(rig.records.map(({ verdicts }) => verdicts)).toEqual([
      [],
      ['connectionPool=queue;rule=maxConnections'],
    ])
  })

  test('past the queue it is answered 503', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated(policy(0), [backend.port])
    const first = await connectRaw(rig.port)
    first.socket.write(get())
    await until(() => backend.requests.length === 1)
    const shed = await ask(rig.port, get())
    expect(shed).toMatch(/^HTTP\/1\.1 503/)
    expect(shed).toContain('x-tapmesh-denied: connectionPool;rule=http1MaxPendingRequests')
  })

  test('a call that waits goes when one ends that the limit was not yet enforced for', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated(policy(5).replace('enforce', 'dry-run'), [backend.port])
    const clients = [await connectRaw(rig.port), await connectRaw(rig.port)]
    clients[0]!.socket.write(get('/first'))
    await until(() => backend.requests.length === 1)
    rig.govern(policy(5))
    clients[1]!.socket.write(get('/second'))
    await until(() => rig.counters.callsInFlight === 2)
    expect(backend.requests).toHaveLength(1)
    backend.connections[0]!.socket.write(answerOf(200))
    await until(() => backend.requests.length === 2, 'the second call')
    expect(backend.requests[1]).toMatch(/^GET \/second/)
  })

  test('a caller that leaves while it waits makes room for nobody, and holds nobody up', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated(policy(5), [backend.port])
    const clients = [await connectRaw(rig.port), await connectRaw(rig.port), await connectRaw(rig.port)]
    for (const [index, client] of clients.entries()) {
      client.socket.write(get(`/${index}`))
      await until(() => rig.counters.callsInFlight === index + 1)
    }
    clients[1]!.socket.resetAndDestroy()
    backend.connections[0]!.socket.write(answerOf(200))
    await until(
      () => backend.requests.some((request) => request.startsWith('GET /2')) || backend.requests.length === 2,
    )
    for (let at = 0; at < 2 && !clients[2]!.text().includes('hello'); at++) {
      const seen = backend.requests.length
      backend.connections.at(-1)!.socket.write(answerOf(200))
      await until(() => clients[2]!.text().includes('hello') || backend.requests.length > seen)
    }
    await until(() => clients[2]!.text().includes('hello') || backend.requests.length === 3)
    backend.connections.at(-1)!.socket.write(answerOf(200))
    await until(() => clients[2]!.text().includes('hello'), 'the third caller')
  })
})

test('a percentage treats some and leaves the others a true control', async () => {
  const backend = await replying(ANSWERS.good)
  const rig = await startGated(
    '  orders: { authorization: { mode: enforce, percent: 50, default: deny } }\n',
    [backend.port],
    { kind: 'inbound' },
  )
  const statuses = await calls(rig.port, 60)
  const denied = statuses.filter((status) => status === '403').length
  expect(denied).toBeGreaterThan(5)
  expect(denied).toBeLessThan(55)
  const texts = new Set(rig.records.map(({ status, verdicts }) => `${status} ${verdicts.join()}`))
  expect([...texts].sort()).toEqual([
    '200 authorization=would_deny;rule=default;cohort=control',
    '403 authorization=deny;rule=default;cohort=treated',
  ])
})
