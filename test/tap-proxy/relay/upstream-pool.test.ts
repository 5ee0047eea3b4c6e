import { ask, type Backend, connectRaw, get, type Rig, startEcho, startRig, until } from './rig.ts'

let backend: Backend & { requests: () => string[] }
let rig: Rig

afterEach(() => {
  rig.close()
  backend.close()
})

test('calls one after another share one connection, calls at once do not', async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port })
  for (let count = 0; count < 5; count++) await ask(rig.port, get())
  expect(backend.connections).toHaveLength(1)
  expect(rig.counters).toMatchObject({ upstreamIdle: 1, upstreamConnections: 1, upstreamConnects: 1 })
  await Promise.all([ask(rig.port, get()), ask(rig.port, get()), ask(rig.port, get())])
  expect(backend.connections.length).toBeGreaterThan(1)
})

test('no more idle connections than pool_idle_max', async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port, limits: { pool_idle_max: 1 } })
  await Promise.all(Array.from({ length: 6 }, () => ask(rig.port, get())))
  await until(() => rig.counters.upstreamConnections === 1, 'the others to close')
  expect(rig.counters.upstreamIdle).toBe(1)
})

test('an idle connection closes after pool_idle_ms', async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port })
  await ask(rig.port, get())
  rig.wheel.advance(31_000)
  await until(() => backend.connections[0]!.ended, 'the close')
  expect(rig.counters).toMatchObject({ upstreamIdle: 0, upstreamConnections: 0 })
})

test('one that the upstream closes leaves the pool', async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port })
  await ask(rig.port, get())
  backend.connections[0]!.socket.end()
  await until(() => rig.counters.upstreamIdle === 0, 'the pool to notice')
  expect(await ask(rig.port, get())).toContain('hello')
  expect(rig.counters.retriesStale).toBe(0)
})

test('closing the listener closes what is idle', async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port })
  const client = await connectRaw(rig.port)
  client.socket.write(get())
  await until(() => client.text().includes('hello'), 'the answer')
  rig.listener.close()
  await until(() => backend.connections[0]!.ended, 'the pool to close')
})
