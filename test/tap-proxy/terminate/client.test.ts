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

describe('a client connection', () => {
  test('answers pipelined requests in order, one upstream exchange at a time', async () => {
    const slow = await startBackend((connection) => {
      const path = /GET (\S+)/.exec(connection.received.toString('latin1'))![1]!
      connection.received = Buffer.alloc(0)
      setImmediate(() =>
        connection.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`),
      )
    })
    const other = await startRig({ backendPort: slow.port })
    const client = await connectRaw(other.port)
    client.socket.write(get('/1') + get('/22') + get('/333'))
    await until(() => client.text().includes('/333'), 'three answers')
    expect(client.text().match(/(?<=\r\n\r\n)\/\d+/g)).toEqual(['/1', '/22', '/333'])
    expect(slow.connections).toHaveLength(1)
    expect(other.records.map(({ path }) => path)).toEqual(['/1', '/22', '/333'])
    client.socket.destroy()
    other.close()
    slow.close()
  })

  test('answers the first request in full before it refuses the second (Q39)', async () => {
    const client = await connectRaw(rig.port)
    client.socket.write(`${get('/good')}GET /bad HTTP/1.1\r\nHost : a.test\r\n\r\n`)
    await until(() => client.ended, 'the end')
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*helloHTTP\/1\.1 400 /)
    expect(rig.records.map(({ path, status, flags }) => [path, status, flags])).toEqual([
      ['/good', 200, ''],
      ['/bad', 400, 'IH'],
    ])
    client.socket.destroy()
  })

  test('answers what came before the client closed its sending side', async () => {
    const client = await connectRaw(rig.port)
    client.socket.end(get('/1') + get('/2'))
    await until(() => client.ended, 'the end')
    expect(client.text().match(/hello/g)).toHaveLength(2)
  })

  test('closes after Connection: close and after HTTP/1.0, and says so', async () => {
    const client = await connectRaw(rig.port)
    client.socket.write(get('/', 'Connection: close'))
    await until(() => client.ended, 'the end')
    expect(client.text()).toContain('\r\nConnection: close\r\n')
    expect(await ask(rig.port, 'GET /ten HTTP/1.0\r\n\r\n')).toContain('\r\nConnection: close\r\n')
    expect(backend.requests()[1]).toMatch(/^GET \/ten HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/)
  })

  test('gives 408 when a head does not come whole, however slowly bytes trickle in', async () => {
    const client = await connectRaw(rig.port)
    for (const letter of 'GET / HT') {
      client.socket.write(letter)
      await until(() => rig.counters.connectionsOpen === 1)
      rig.wheel.advance(1000)
    }
    await until(() => {
      rig.wheel.advance(1000)
      return client.ended
    }, '408')
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 /)
    expect(rig.records).toMatchObject([{ status: 408, flags: 'DT', outcome: 'client_error' }])
  })

  test('closes an idle connection after its deadline without a record', async () => {
    const client = await connectRaw(rig.port)
    await until(() => rig.counters.connectionsOpen === 1, 'the connection')
    rig.wheel.advance(61_000)
    await until(() => client.ended, 'the end')
    expect(client.text()).toBe('')
    expect(rig.records).toEqual([])
  })

  test('records a head that was cut off', async () => {
    const client = await connectRaw(rig.port)
    client.socket.end('GET /cu')
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ status: 0, flags: 'DC', outcome: 'unfinished', request_bytes: 7 })
  })

  test('refuses CONNECT and TRACE where it is no forward proxy (Q38)', async () => {
    expect(await ask(rig.port, 'CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 405 /,
    )
    expect(await ask(rig.port, 'TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /)
    expect(backend.requests()).toEqual([])
  })

  test('discards what a refused client still sends, so that its answer is not lost', async () => {
    const client = await connectRaw(rig.port)
    client.socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`)
    await until(() => client.ended, 'the end')
    expect(client.text()).toMatch(/^HTTP\/1\.1 431 /)
    expect(client.error).toBe('')
  })
})

test('one field more than the tables hold: nothing goes upstream, and nobody else’s bytes do', async () => {
  rig.close()
  rig = await startRig({
    backendPort: backend.port,
    limits: { head_fields_max: 5000, head_bytes_max: 1024 * 1024 },
  })
  const victim = await connectRaw(rig.port)
  victim.socket.write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n${'password=hunter2;'.repeat(1000)}`,
  )
  await until(() => (backend.connections[0]?.received.length ?? 0) > 10_000, 'the victim')
  for (const count of [1000, 1001]) {
    const fields = Array.from({ length: count }, (_, index) => `F${index}: v`)
    const answer = await ask(rig.port, get('/', 'Connection: X1200', ...fields))
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  }
  expect(backend.connections).toHaveLength(1)
})
