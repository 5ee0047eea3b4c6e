import { ask, type Backend, connectRaw, get, type Rig, startEcho, startRig, until } from '../relay/rig.ts'

let backend: Backend & { requests: () => string[] }
let rig: Rig

beforeEach(async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port })
})

afterEach(() => {
  rig.close()
  backend.close()
})

test('calls of one client share a connection, calls of two clients never do', async () => {
  const clients = [await connectRaw(rig.port), await connectRaw(rig.port)]
  for (let count = 1; count <= 3; count++) {
    for (const client of clients) {
      client.socket.write(get())
      await until(() => client.text().split('hello').length > count, 'the answer')
    }
  }
  expect(backend.connections).toHaveLength(2)
  expect(rig.counters).toMatchObject({ upstreamIdle: 2, upstreamConnections: 2, upstreamConnects: 2 })
})

test('a client that leaves takes its connection to the service with it', async () => {
  await ask(rig.port, get())
  await until(() => backend.connections[0]!.ended, 'the close')
  expect(rig.counters).toMatchObject({ upstreamIdle: 0, upstreamConnections: 0 })
})

test('bytes that nobody asked for end the connection, and its client’s', async () => {
  const client = await connectRaw(rig.port)
  client.socket.write(get())
  await until(() => rig.counters.upstreamIdle === 1, 'the answer')
  backend.connections[0]!.socket.write('HTTP/1.1 200 OK\r\n\r\nPOISON')
  await until(() => client.ended, 'the end')
  expect(client.text()).not.toContain('POISON')
  expect(rig.counters.idleBytes).toBe(1)
})

test('closing the listener closes what is idle', async () => {
  const client = await connectRaw(rig.port)
  client.socket.write(get())
  await until(() => client.text().includes('hello'), 'the answer')
  rig.listener.close()
  await until(() => backend.connections[0]!.ended, 'the connection to the service to close')
})
