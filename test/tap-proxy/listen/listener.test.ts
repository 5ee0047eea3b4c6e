import { createServer } from 'node:net'
import { endpointAt } from '../../../net/endpoint.ts'
import { fixedDestination } from '../relay/destination.ts'
import {
  ask,
  type Backend,
  connectRaw,
  get,
  type Rig,
  startBackend,
  startEcho,
  startRig,
  until,
} from '../relay/rig.ts'

let backend: Backend
let rig: Rig

afterEach(() => {
  rig.close()
  backend.close()
})

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

describe('drain', () => {
  test('idle connections close, a call in progress is answered with Connection: close, new ones are refused', async () => {
    backend = await startBackend(() => {})
    rig = await startRig({ backendPort: backend.port })
    const idle = await connectRaw(rig.port)
    const busy = await connectRaw(rig.port)
    busy.socket.write(get())
    await until(() => (backend.connections[0]?.received.length ?? 0) > 0, 'the request')
    await until(() => rig.counters.connectionsOpen === 2, 'both')
    let drained = false
    void rig.listener.drain().then(() => {
      drained = true
    })
    await until(() => idle.ended, 'the idle one to close')
    idle.socket.end()
    backend.connections[0]!.socket.write(OK)
    await until(() => busy.ended, 'the busy one to end')
    busy.socket.end()
    expect(busy.text()).toContain('\r\nConnection: close\r\n')
    expect(busy.text()).toContain('hello')
    await until(() => drained, 'the drain')
    await expect(connectRaw(rig.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(rig.records).toMatchObject([{ status: 200, outcome: 'ok' }])
  })

  test('at the end of the grace what is left is cut and recorded as unfinished', async () => {
    backend = await startBackend(() => {})
    rig = await startRig({ backendPort: backend.port })
    const busy = await connectRaw(rig.port)
    busy.socket.write(get('/long'))
    await until(() => (backend.connections[0]?.received.length ?? 0) > 0, 'the request')
    void rig.listener.drain()
    rig.listener.close()
    await until(() => busy.closed, 'the cut')
    expect(rig.records).toMatchObject([{ path: '/long', flags: 'DR', outcome: 'unfinished' }])
    await until(() => backend.connections[0]!.closed, 'the upstream')
  })
})

describe('a reload', () => {
  test('counts from the next call on, on the same connection', async () => {
    backend = await startEcho()
    const other = await startEcho('other')
    rig = await startRig({ backendPort: backend.port })
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.text().endsWith('hello'), 'the first')
    const target = endpointAt('127.0.0.1', other.port)
    rig.listener.update(
      { ...rig.settings, destination: 'orders-2' },
      { ...rig.deps, destination: fixedDestination([target]) },
    )
    client.socket.write(get())
    await until(() => client.text().endsWith('other'), 'the second')
    expect(rig.records.map(({ parties }) => parties.destination)).toEqual(['orders', 'orders-2'])
    await until(() => backend.connections[0]!.ended, 'the old pool to close')
    other.close()
  })
})

describe('limits', () => {
  test('connections_max refuses what is too many and counts it', async () => {
    backend = await startEcho()
    rig = await startRig({ backendPort: backend.port, limits: { connections_max: 1 } })
    const first = await connectRaw(rig.port)
    const second = await connectRaw(rig.port)
    await until(() => second.closed || second.ended, 'the refusal')
    expect(rig.counters.connectionsRefused).toBe(1)
    first.socket.write(get())
    await until(() => first.text().endsWith('hello'), 'the answer')
  })

  test('a port that is taken rejects with the system’s code', async () => {
    backend = await startEcho()
    rig = await startRig({ backendPort: backend.port })
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    await expect(startRig({ settings: { listen: { host: '127.0.0.1', port } } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    taken.close()
  })
})

test('a sink that throws costs no call and is counted', async () => {
  backend = await startEcho()
  rig = await startRig({
    backendPort: backend.port,
    deps: {
      sink: {
        call: () => {
          throw new Error('a broken sink')
        },
      },
    },
  })
  expect(await ask(rig.port, get())).toContain('hello')
  expect(rig.counters.faults).toBe(1)
})
