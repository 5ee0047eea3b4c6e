import {
  type Backend,
  connectRaw,
  get,
  type Rig,
  type RigOptions,
  startBackend,
  startRig,
  until,
} from '../relay/rig.ts'

let backend: Backend
let rig: Rig

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const UPGRADE = get('/ws', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x')

async function start(answer: (text: string) => string | undefined, options: RigOptions = {}): Promise<void> {
  backend = await startBackend(({ socket }, chunk) => {
    const reply = answer(chunk.toString('latin1'))
    if (reply !== undefined) socket.write(reply)
  })
  rig = await startRig({ backendPort: backend.port, ...options })
}

afterEach(() => {
  rig.close()
  backend.close()
})

describe('upgrades (Q37)', () => {
  test('a real 101 makes a tunnel, whose one record says websocket', async () => {
    await start((text) => (text.includes('Upgrade: websocket') ? `${SWITCH}first` : text.toUpperCase()))
    const client = await connectRaw(rig.port)
    client.socket.write(UPGRADE)
    await until(() => client.text().endsWith('first'), '101')
    expect(client.text()).toBe(`${SWITCH}first`)
    client.socket.write('ping')
    await until(() => client.text().endsWith('PING'), 'the echo')
    client.socket.end()
    backend.connections[0]!.socket.end()
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ method: 'GET', path: '/ws', status: 101, outcome: 'ok' })
    expect(rig.records[0]!.parties.protocol).toBe('websocket')
  })

  test('a service that ends and then refuses what waits ends both connections', async () => {
    await start((text) => (text.startsWith('GET') ? SWITCH : undefined))
    const client = await connectRaw(rig.port)
    client.socket.write(UPGRADE)
    await until(() => client.text() === SWITCH, '101')
    const [service] = backend.connections
    service!.socket.pause()
    service!.socket.end('bye')
    await until(() => client.ended, 'the end')
    client.socket.write(Buffer.alloc(20_000_000))
    let [left, same] = [0, 0]
    await until(() => {
      same = left === client.socket.writableLength ? same + 1 : 0
      left = client.socket.writableLength
      return left > 0 && same > 500
    }, 'a jam')
    service!.socket.destroy()
    await until(() => client.closed && rig.counters.connectionsOpen === 0, 'the end of both')
    expect(rig.records).toMatchObject([{ status: 101, outcome: 'reset', flags: 'UC' }])
  })

  test('any other answer leaves the connection with HTTP', async () => {
    await start(() => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno')
    const client = await connectRaw(rig.port)
    client.socket.write(UPGRADE + get('/after'))
    await until(() => client.text().match(/no/g)?.length === 2, 'two answers')
    expect(rig.records.map(({ path }) => path)).toEqual(['/ws', '/after'])
  })

  test('other protocols are not asked for, and an unasked 101 is a 502 (S7)', async () => {
    await start(() => SWITCH)
    const client = await connectRaw(rig.port)
    client.socket.write(get('/', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: x'))
    await until(() => client.text() !== '', 'the answer')
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 /)
    expect(backend.connections[0]!.received.toString()).not.toMatch(/upgrade|settings/i)
  })
})

describe('opaque connections', () => {
  const opaque: RigOptions = { settings: { protocol: 'opaque' } }

  test('bytes go both ways as they are; one record for the connection', async () => {
    await start((text) => `<${text}>`, opaque)
    const client = await connectRaw(rig.port)
    client.socket.write('\x00\x01 anything')
    await until(() => client.text() === '<\x00\x01 anything>', 'the echo')
    client.socket.end()
    await until(() => backend.connections[0]!.ended, 'the half-close to be passed on')
    backend.connections[0]!.socket.end('bye')
    await until(() => rig.records.length === 1, 'the record')
    await until(() => client.ended, 'the end')
    expect(client.text()).toBe('<\x00\x01 anything>bye')
    expect(rig.records[0]).toMatchObject({ status: 0, outcome: 'ok', request_bytes: 11, response_bytes: 16 })
    expect(rig.records[0]!.parties.protocol).toBe('opaque')
  })

  test('a reset on one side becomes a reset on the other', async () => {
    await start(() => undefined, opaque)
    const client = await connectRaw(rig.port)
    client.socket.write('x')
    await until(() => backend.connections[0]?.received.length === 1, 'the byte')
    backend.connections[0]!.socket.resetAndDestroy()
    await until(() => client.closed, 'the reset')
    expect(client.error).toBe('ECONNRESET')
    expect(rig.records).toMatchObject([{ outcome: 'reset', flags: 'UR' }])
  })

  test('a connection with one side closed lives as long as the other side likes', async () => {
    await start(() => undefined, opaque)
    const client = await connectRaw(rig.port)
    client.socket.end('x')
    await until(() => backend.connections[0]?.ended === true, 'the half-close')
    rig.wheel.advance(600_000)
    backend.connections[0]!.socket.end('late')
    await until(() => client.text() === 'late' && client.ended, 'the late answer')
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ flags: '', outcome: 'ok', response_bytes: 4 })
  })

  test('large amounts pass with backpressure', async () => {
    const size = 4 * 1024 * 1024
    let got = 0
    backend = await startBackend(({ socket }, chunk) => {
      got += chunk.length
      if (got === size) socket.end(Buffer.alloc(size, 'b'))
    })
    rig = await startRig({ backendPort: backend.port, ...opaque })
    const client = await connectRaw(rig.port)
    client.socket.removeAllListeners('data')
    let back = 0
    client.socket.on('data', (chunk: Buffer) => {
      back += chunk.length
    })
    client.socket.write(Buffer.alloc(size, 'a'))
    await until(() => back === size, 'all of it back')
    client.socket.end()
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ request_bytes: size, response_bytes: size })
  })
})
