import { connect, createServer } from 'node:net'
import { systemClock } from '../../../net/clock.ts'
import { endpointAt } from '../../../net/endpoint.ts'
import { type Pipe, SHARED_AREA } from '../../../net/pipe.ts'
import type { SecureTransport } from '../../../net/secure.ts'
import { connectPipe } from '../../../net/transport.ts'
import type { Gate, GateDoor } from '../../../tap-proxy/relay/ward.ts'
import { fixedDestination } from './destination.ts'
import {
  ask,
  type Backend,
  type BackendConnection,
  connectRaw,
  get,
  type Rig,
  type RigOptions,
  startBackend,
  startEcho,
  startRig,
  until,
} from './rig.ts'

let rig: Rig
let backend: Backend

afterEach(() => {
  rig?.close()
  backend?.close()
})

async function start(
  onData: (connection: BackendConnection, chunk: Buffer, index: number) => void,
  options: RigOptions = {},
): Promise<void> {
  backend = await startBackend(onData)
  rig = await startRig({ backendPort: backend.port, mode: 'passive', ...options })
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

describe('connection for connection', () => {
  test('the service is connected to before the client says a word', async () => {
    await start(() => {})
    await connectRaw(rig.port)
    await until(() => backend.connections.length === 1, 'the connection')
  })

  test('a service that speaks first is heard', async () => {
    const greeting = createServer((socket) => socket.write('220 ready\r\n'))
    await new Promise<void>((resolve) => greeting.listen(0, '127.0.0.1', resolve))
    const { port } = greeting.address() as { port: number }
    rig = await startRig({ backendPort: port, mode: 'passive' })
    const client = await connectRaw(rig.port)
    await until(() => client.text() === '220 ready\r\n', 'the greeting')
    client.socket.destroy()
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ flags: expect.stringMatching('^op'), method: '' })
    expect(rig.counters.opaqueReasons.get('server_first')).toBe(1)
    greeting.close()
  })

  test('two clients have two connections, and each keeps its own', async () => {
    await start(({ socket }, _chunk, index) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${index}`),
    )
    const first = await connectRaw(rig.port)
    const second = await connectRaw(rig.port)
    await until(() => backend.connections.length === 2, 'both')
    for (const [index, client] of [first, second, first].entries()) {
      client.socket.write(get())
      await until(() => rig.records.length === index + 1, 'the call')
    }
    await until(() => first.text().split('HTTP').length === 3 && second.text() !== '', 'the answers')
    expect(backend.connections).toHaveLength(2)
    expect(first.text().match(/\d$/gm)).not.toEqual(second.text().match(/\d$/gm))
  })

  test('an end becomes an end, each direction by itself', async () => {
    await start(() => {})
    const client = await connectRaw(rig.port)
    client.socket.end(get())
    await until(() => backend.connections[0]?.ended === true, 'the client’s end')
    expect(client.ended).toBe(false)
    backend.connections[0]!.socket.end(OK)
    await until(() => client.ended, 'the service’s end')
    expect(client.text()).toBe(OK)
    await until(() => backend.connections[0]!.closed, 'the end of both')
    expect(rig.records).toMatchObject([{ status: 200, outcome: 'ok', flags: '' }])
  })

  test('a reset becomes a reset, in both directions', async () => {
    await start(({ socket }) => socket.resetAndDestroy())
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.closed, 'the reset')
    expect(client.error).toBe('ECONNRESET')
    const other = await connectRaw(rig.port)
    await until(() => backend.connections.length === 2, 'the second')
    other.socket.resetAndDestroy()
    await until(() => backend.connections[1]!.closed, 'its reset')
    expect(rig.records).toMatchObject([{ flags: 'UR', outcome: 'reset' }])
  })

  describe('while the service is connected to', () => {
    /** Options under which connections are made when the returned function is called. */
    function connectingLater(): { options: RigOptions; connectNow: () => void } {
      const waiting: (() => void)[] = []
      const nowhere = { close() {}, reset() {} } as unknown as Pipe
      const secure = {
        ownId: 'spiffe://prod.example/shop',
        generation: 1,
        connect(host, port, _service, owner, connected) {
          waiting.push(() => connectPipe('socket', host, port, owner, SHARED_AREA, connected))
          return nowhere
        },
      } as Partial<SecureTransport> as SecureTransport
      const door: GateDoor = { gate: undefined, mtls: { policyFor: () => 'permissive' } }
      return {
        options: { settings: { kind: 'outbound' }, deps: { secure, door } },
        connectNow: () => waiting.splice(0).map((connect) => connect()),
      }
    }

    test('a client that leaves is not waited for', async () => {
      const { options } = connectingLater()
      await start(() => {}, options)
      const client = await connectRaw(rig.port)
      client.socket.write(get())
      await until(() => rig.counters.connectionsOpen === 1, 'the connection')
      client.socket.resetAndDestroy()
      await until(() => rig.counters.connectionsOpen === 0, 'the end of the connection')
      expect(rig.counters.upstreamConnections).toBe(0)
    })

    test('a call begins with its first byte', async () => {
      const { options, connectNow } = connectingLater()
      let [now_us, looks] = [1_000_000, 0]
      const mono_us = () => {
        looks++
        return now_us
      }
      await start(({ socket }) => socket.write(OK), {
        ...options,
        deps: { ...options.deps, clock: { ...systemClock(), mono_us, wall_us: (us) => us } },
      })
      const client = await connectRaw(rig.port)
      await until(() => rig.counters.connectionsOpen === 1, 'the connection')
      const before = looks
      client.socket.end(get('/first'))
      await until(() => looks > before, 'the request to be read')
      now_us += 5_000_000
      connectNow()
      await until(() => rig.records.length === 1, 'the call')
      expect(rig.records[0]).toMatchObject({ path: '/first', status: 200, duration_us: 5_000_000 })
      await until(() => backend.connections[0]!.ended, 'the client’s end')
    })
  })

  test('a service that ends and then refuses an upload that waits ends both connections', async () => {
    await start(({ socket }) => {
      socket.pause()
      socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig')
    })
    const client = await connectRaw(rig.port)
    client.socket.write('POST /upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: 20000000\r\n\r\n')
    client.socket.write(Buffer.alloc(20_000_000))
    await until(() => client.ended && client.text().endsWith('big'), 'the answer')
    backend.connections[0]!.socket.destroy()
    await until(() => client.closed, 'the reset')
    await until(() => rig.counters.connectionsOpen === 0, 'the end of the connection')
    expect(rig.counters.upstreamConnections).toBe(0)
    expect(rig.records).toMatchObject([{ status: 413, outcome: 'client_error', flags: '' }])
  })

  test('a service that is not there resets the client, and the record says what it wanted', async () => {
    backend = await startEcho()
    const { port } = backend
    backend.close()
    rig = await startRig({ backendPort: port, mode: 'passive' })
    const client = await connectRaw(rig.port)
    client.socket.write(get('/wanted'))
    await until(() => client.closed, 'the reset')
    expect(client.error).toBe('ECONNRESET')
    expect(rig.records).toMatchObject([{ path: '/wanted', flags: 'UF', outcome: 'server_error' }])
  })

  test('addresses are tried in turn until one connects', async () => {
    backend = await startEcho()
    const dead = endpointAt('127.0.0.1', 1)
    const live = { ...endpointAt('127.0.0.1', backend.port), label: 'live' }
    rig = await startRig({ mode: 'passive', deps: { destination: fixedDestination([dead, live]) } })
    expect(await ask(rig.port, get())).toMatch(/^HTTP\/1\.1 200 /)
    expect(rig.records[0]!.parties.destination_instance).toBe('live')
  })

  test('a connection that leads back to its own listener is reset, and the tap lives on', async () => {
    const placeholder = { ...endpointAt('127.0.0.1', 0) }
    rig = await startRig({ mode: 'passive', deps: { destination: fixedDestination([placeholder]) } })
    placeholder.port = rig.port
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.closed, 'the reset')
    expect(rig.counters.loops).toBeGreaterThan(0)
    expect(rig.counters.upstreamConnects).toBeLessThan(20)
    await until(() => rig.counters.connectionsOpen === 0, 'the end of all of them')
  })
})

test('a client with the local port of another connection of the tap is no loop', async () => {
  await start(({ socket }) => socket.write(OK))
  const first = await connectRaw(rig.port)
  await until(() => backend.connections.length === 1, 'the connection')
  // The same port of this machine may be used for connections to different places.
  const localPort = backend.connections[0]!.socket.remotePort!
  const socket = connect({ host: '127.0.0.1', port: rig.port, localPort, localAddress: '127.0.0.1' })
  const outcome = await new Promise<string>((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes)))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.write(get())
  })
  // The system may refuse to bind a port that is in use; if it does not, the call is served.
  expect([OK, 'EADDRINUSE']).toContain(outcome)
  expect(rig.counters.loops).toBe(0)
  socket.destroy()
  first.socket.destroy()
})

describe('nothing is cut', () => {
  test('neither silence nor slowness ends a connection', async () => {
    await start(({ socket, received }) => {
      if (received.toString().endsWith('0\r\n\r\n')) socket.write(OK)
    })
    const client = await connectRaw(rig.port)
    client.socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (const piece of ['1\r\na\r\n', '1\r\nb\r\n', '0\r\n\r\n']) {
      await until(() => backend.connections.length === 1)
      rig.wheel.advance(600_000)
      client.socket.write(piece)
    }
    await until(() => client.text() === OK, 'the answer')
    rig.wheel.advance(600_000)
    client.socket.write(get())
    await until(() => backend.connections[0]!.received.includes('GET /'), 'the next request')
    expect(backend.connections).toHaveLength(1)
  })

  test('a client that does not read holds the service back and loses nothing', async () => {
    const size = 8 * 1024 * 1024
    await start(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      socket.end(Buffer.alloc(size, 'x'))
    })
    const client = await connectRaw(rig.port)
    client.socket.pause()
    client.socket.write(get())
    await until(() => (backend.connections[0]?.socket.bytesWritten ?? 0) > 0, 'the answer')
    rig.wheel.advance(600_000)
    client.socket.resume()
    await until(() => client.ended, 'all of it')
    expect(client.received.length).toBeGreaterThan(size)
    expect(rig.records).toMatchObject([{ status: 200, outcome: 'ok' }])
  })

  test('a large upload passes with backpressure', async () => {
    const size = 8 * 1024 * 1024
    let got = 0
    await start(({ socket }, chunk) => {
      got += chunk.length
      if (got > size) socket.write(OK)
    })
    const client = await connectRaw(rig.port)
    const head = `PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`
    client.socket.write(head)
    client.socket.write(Buffer.alloc(size, 'u'))
    await until(() => client.text() === OK, 'the answer')
    expect(rig.records).toMatchObject([{ path: '/up', request_bytes: size + head.length }])
  })
})

describe('bytes', () => {
  const strange = [
    'GET / HTTP/1.1\r\nhOsT:a\r\nX:  odd \t\r\nConnection: close, x-y\r\nTE: trailers\r\nUpgrade: h2c\r\n\r\n',
    'GET http://a.test/x HTTP/1.1\r\nHost: b.test\r\nKeep-Alive: timeout=5\r\n\r\n',
    'POST / HTTP/1.0\r\nContent-Length: 003\r\n\r\nabc',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;ext="v"\r\na\r\n0\r\nExpires: now\r\n\r\n',
    'GET / HTTP/1.1\nHost: a\n\n',
    `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'c'.repeat(60_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 900 }, (_, index) => `F${index}: v\r\n`).join('')}\r\n`,
  ]

  test.each(strange)('request %#: nothing but trace fields is added', async (request) => {
    await start(() => {})
    const client = await connectRaw(rig.port)
    client.socket.end(request, 'latin1')
    await until(() => backend.connections[0]?.ended === true, 'all of it')
    const arrived = backend.connections[0]!.received.toString('latin1')
    expect(arrived.replace(/traceparent: 00-[0-9a-f-]{52}\r\n/, '')).toBe(request)
  })

  test.each(strange)('request %#, untouched: byte for byte', async (request) => {
    await start(() => {}, { settings: { untouched: true } })
    const client = await connectRaw(rig.port)
    client.socket.end(request, 'latin1')
    await until(() => backend.connections[0]?.ended === true, 'all of it')
    expect(backend.connections[0]!.received.toString('latin1')).toBe(request)
  })

  test('of a trace that comes only the parent changes; an outbound tap names itself', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const fields = [
      `traceparent: 00-${trace}-b7ad6b7169203331-01`,
      'tracestate: a=1,tapmesh=old~0000000000000001',
    ]
    await start(({ socket }) => socket.write(OK))
    await ask(rig.port, get('/', ...fields))
    const { span, parent } = rig.records[0]!
    expect(parent).toBe('b7ad6b7169203331')
    expect(backend.connections[0]!.received.toString()).toBe(
      get('/', ...fields).replace('b7ad6b7169203331', span),
    )
    rig.close()
    rig = await startRig({ backendPort: backend.port, mode: 'passive', settings: { kind: 'outbound' } })
    await ask(rig.port, get('/', ...fields))
    const sent = backend.connections[1]!.received.toString()
    expect(sent).toContain(`traceparent: 00-${trace}-${rig.records[0]!.span}-01\r\n`)
    expect(sent).toContain(`tracestate: tapmesh=orders~${rig.records[0]!.span},a=1\r\n`)
  })

  test.each([
    'HTTP/1.1 200 OK\nContent-Length: 1\n\nx',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n1;e\r\nx\r\n0\r\nA: b\r\n\r\n',
    '\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
  ])('answer %#: byte for byte', async (answer) => {
    await start(({ socket }) => socket.end(answer, 'latin1'))
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.ended, 'the end')
    expect(client.text()).toBe(answer)
    client.socket.end()
    await until(() => rig.records.length === 1, 'the record')
  })
})

describe('policy takes calls up and lets them go, between two of them', () => {
  const acting: Gate = { acts: true, admit: (call, target) => call.dispatch(target) }

  test('on one client connection, without a lost call', async () => {
    const door: GateDoor = { gate: undefined }
    backend = await startEcho()
    rig = await startRig({ backendPort: backend.port, deps: { door } })
    const client = await connectRaw(rig.port)
    const call = async (path: string, number: number): Promise<void> => {
      client.socket.write(get(path))
      await until(() => rig.records.length === number, path)
    }
    await call('/wire', 1)
    door.gate = acting
    await call('/terminated', 2)
    await call('/again', 3)
    door.gate = undefined
    await call('/wire-again', 4)
    expect(rig.records.map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/wire 200',
      '/terminated 200',
      '/again 200',
      '/wire-again 200',
    ])
    await until(() => client.text() === OK.repeat(4), 'four answers')
  })

  test('a call in progress ends as it began', async () => {
    const door: GateDoor = { gate: undefined }
    await start(
      ({ received, socket }) => {
        if (received.toString().endsWith('end')) socket.write(OK)
      },
      { deps: { door } },
    )
    const client = await connectRaw(rig.port)
    client.socket.write('POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nbeg')
    await until(() => backend.connections[0]?.received.toString().endsWith('beg') === true, 'the start')
    door.gate = acting
    client.socket.write('end')
    await until(() => client.text() === OK, 'the answer')
    expect(backend.connections).toHaveLength(1)
    client.socket.write(get('/next'))
    await until(() => backend.connections.length === 2, 'the terminated call')
  })
})

test('a decoder’s fault costs its records, never the bytes', async () => {
  await start(({ socket }) => socket.write(OK))
  rig.deps.clock.wall_us = () => {
    throw new Error('broken')
  }
  expect(await ask(rig.port, get())).toBe(OK)
  expect(rig.counters.faults).toBeGreaterThan(0)
})
