import { fixedDestination } from '../relay/destination.ts'
import {
  ask,
  type Backend,
  type BackendConnection,
  connectRaw,
  get,
  messageLength,
  type Rig,
  type RigOptions,
  startBackend,
  startRig,
  until,
} from '../relay/rig.ts'

let backend: Backend
let rig: Rig

async function start(
  onData: (connection: BackendConnection, index: number) => void,
  options: RigOptions = {},
) {
  backend = await startBackend((connection, _chunk, index) => onData(connection, index))
  rig = await startRig({ backendPort: backend.port, ...options })
}

afterEach(() => {
  rig.close()
  backend.close()
})

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

function answerAll(connection: BackendConnection): void {
  const length = messageLength(connection.received.toString('latin1'))
  if (length === 0) return
  connection.received = connection.received.subarray(length)
  connection.socket.write(OK)
}

describe('calls that fail', () => {
  test('no address is known: 503 UH, and the connection lives on', async () => {
    await start(answerAll, { deps: { destination: fixedDestination([]) } })
    expect(await ask(rig.port, get())).toMatch(/^HTTP\/1\.1 503 [\s\S]*x-tapmesh-flags: UH\r\n/)
    expect(rig.records).toMatchObject([{ status: 503, flags: 'UH', outcome: 'server_error', method: 'GET' }])
  })

  test('connection refused: 503 UF', async () => {
    await start(answerAll)
    const { port } = backend
    backend.close()
    await until(() => true)
    rig.close()
    rig = await startRig({ backendPort: port })
    expect(await ask(rig.port, get())).toMatch(/^HTTP\/1\.1 503 /)
    expect(rig.records).toMatchObject([{ status: 503, flags: 'UF' }])
  })

  test('the upstream resets, or closes without an answer: 502', async () => {
    await start(({ socket, received }) =>
      received.includes('/reset') ? socket.resetAndDestroy() : socket.end(),
    )
    expect(await ask(rig.port, get('/reset'))).toMatch(/^HTTP\/1\.1 502 /)
    expect(await ask(rig.port, get('/close'))).toMatch(/^HTTP\/1\.1 502 /)
    expect(rig.records.map(({ flags, outcome }) => [flags, outcome])).toEqual([
      ['UR', 'reset'],
      ['UC', 'reset'],
    ])
  })

  test('no answer within answer_ms: 504 UT; without that limit it may take for ever', async () => {
    await start(() => {}, { limits: { answer_ms: 5000 } })
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(
      () => backend.connections.length === 1 && backend.connections[0]!.received.length > 0,
      'the request',
    )
    rig.wheel.advance(6000)
    await until(() => client.text() !== '', 'the answer')
    expect(client.text()).toMatch(/^HTTP\/1\.1 504 /)
    expect(rig.records).toMatchObject([{ status: 504, flags: 'UT', outcome: 'timeout' }])
    client.socket.destroy()
  })

  test('a body that brings too little: 408 DT', async () => {
    await start(() => {})
    const client = await connectRaw(rig.port)
    client.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1')
    await until(() => backend.connections[0]?.received.includes('\r\n\r\n1') === true, 'the first byte')
    rig.wheel.advance(10_500)
    rig.wheel.advance(10_500)
    await until(() => client.ended, 'the end')
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 /)
    expect(rig.records).toMatchObject([{ status: 408, flags: 'DT' }])
    await until(() => backend.connections[0]!.closed, 'the upstream to be let go')
  })
})

describe('aborts', () => {
  test('client gone before the answer: the upstream is cut, the record says DC', async () => {
    await start(() => {})
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => (backend.connections[0]?.received.length ?? 0) > 0, 'the request')
    client.socket.resetAndDestroy()
    await until(() => backend.connections[0]!.closed, 'the upstream to be cut')
    expect(rig.records).toMatchObject([{ status: 0, flags: 'DC', outcome: 'unfinished' }])
  })

  test('client gone in the middle of its body: the upstream never sees a complete request', async () => {
    await start(() => {})
    const client = await connectRaw(rig.port)
    client.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf')
    await until(() => backend.connections[0]?.received.includes('half') === true, 'the half')
    client.socket.end()
    await until(() => backend.connections[0]!.closed, 'the upstream to be cut')
    expect(rig.records).toMatchObject([{ flags: 'DC', outcome: 'unfinished' }])
  })

  test('upstream gone in the middle of an answer: the client is reset, never a clean end (S10)', async () => {
    await start(({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'))
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.closed, 'the reset')
    expect(client.text()).toContain('half')
    expect(client.error).toBe('ECONNRESET')
    expect(rig.records).toMatchObject([{ status: 200, flags: 'UC', outcome: 'reset' }])
  })

  test('a client that only closed its sending side still gets its answer; a slow upstream hears of it', async () => {
    await start(() => {})
    const client = await connectRaw(rig.port)
    client.socket.end(get())
    await until(() => (backend.connections[0]?.received.length ?? 0) > 0, 'the request')
    await until(() => {
      rig.wheel.advance(500)
      return backend.connections[0]!.ended
    }, 'FIN to be passed on')
    backend.connections[0]!.socket.end(OK)
    await until(() => client.ended, 'the answer')
    expect(client.text()).toContain('hello')
    expect(rig.records).toMatchObject([{ status: 200, outcome: 'ok' }])
  })
})

describe('a connection that the service closes', () => {
  test('closes its client’s, before another call comes', async () => {
    await start((connection) => {
      answerAll(connection)
      connection.socket.end()
    })
    const client = await connectRaw(rig.port)
    client.socket.write(get('/first'))
    await until(() => client.ended, 'the end')
    expect(client.text()).toContain('hello')
  })

  test.each(['GET', 'POST'])(
    'just as a %s comes: the client is told as if there were no tap, and nothing is sent twice',
    async (method) => {
      await start((connection) => {
        if (connection.received.includes('/second')) connection.socket.destroy()
        else answerAll(connection)
      })
      const client = await connectRaw(rig.port)
      client.socket.write(get('/first'))
      await until(() => client.text().endsWith('hello'), 'the first')
      client.socket.write(get('/second').replace('GET', method))
      await until(() => client.ended || client.closed, 'the end')
      expect(client.text().match(/HTTP\/1\.1/g)).toHaveLength(1)
      expect(backend.connections).toHaveLength(1)
      await until(() => rig.records.length === 2, 'both records')
      expect(rig.records[1]).toMatchObject({ status: 0, outcome: 'reset' })
    },
  )

  test('an early refusal that the client has whole is the call’s outcome, with the answer’s end', async () => {
    await start(({ socket }) => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'))
    const client = await connectRaw(rig.port)
    client.socket.write('PUT /big HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc')
    await until(() => client.text().includes('413'), 'the answer')
    client.socket.end()
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records).toMatchObject([{ status: 413, outcome: 'client_error', flags: '' }])
  })

  test.each(['tcp', 'SPDY/3.1', 'websocket'])(
    'an upgrade to %s that both sides want becomes a tunnel',
    async (to) => {
      await start(({ socket, received }) => {
        if (received.toString().endsWith('\r\n\r\n'))
          socket.write(`HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n\r\nraw`)
      })
      const client = await connectRaw(rig.port)
      client.socket.write(get('/attach', 'Connection: Upgrade', `Upgrade: ${to}`).replace('GET', 'POST'))
      await until(() => client.text().endsWith('raw'), 'the tunnel')
      client.socket.write('up')
      await until(() => backend.connections[0]!.received.toString().endsWith('up'), 'its bytes')
    },
  )
})

describe('bodies', () => {
  const size = 8 * 1024 * 1024

  test('a client that does not read stops the upstream: memory stays bounded', async () => {
    let sent = 0
    await start(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size * 4}\r\n\r\n`)
      const pump = (): void => {
        while (sent < size * 4 && socket.write(Buffer.alloc(65_536))) sent += 65_536
        if (sent < size * 4 && !socket.destroyed) socket.once('drain', pump)
      }
      pump()
    })
    const client = await connectRaw(rig.port)
    client.socket.pause()
    client.socket.write(get())
    let before = -1
    // Once nothing moves any more, all buffers are full.
    await until(() => {
      const same = sent === before && sent > 0
      before = sent
      return same
    })
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toBeLessThan(size * 4)
    expect(rig.records).toEqual([])
    rig.wheel.advance(61_000)
    await until(() => rig.records.length === 1, 'the slow reader to be cut')
    expect(rig.records[0]).toMatchObject({ flags: 'DT', outcome: 'unfinished' })
    expect(rig.counters.slowReaders).toBe(1)
    client.socket.destroy()
  })

  test.each(['Content-Length', 'chunked'])(
    '8 MB up and down, byte for byte, framed by %s',
    async (framing) => {
      const body = Buffer.alloc(size, 'abcdefghijklmnopqrstuvwxyz0123456789')
      const chunk = Buffer.concat([
        Buffer.from(`${size.toString(16)}\r\n`),
        body,
        Buffer.from('\r\n0\r\n\r\n'),
      ])
      const payload = framing === 'chunked' ? chunk : body
      const field = framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`
      const parts: Buffer[] = []
      let length = 0
      backend = await startBackend(({ socket }, piece) => {
        parts.push(piece)
        length += piece.length
        if (
          length < payload.length + 100 ||
          !Buffer.concat(parts).subarray(-100).equals(payload.subarray(-100))
        )
          return
        socket.write(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`)
        socket.write(payload)
      })
      rig = await startRig({ backendPort: backend.port })
      const client = await connectRaw(rig.port)
      client.socket.removeAllListeners('data')
      const got: Buffer[] = []
      let count = 0
      client.socket.on('data', (piece: Buffer) => {
        got.push(piece)
        count += piece.length
      })
      client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`)
      client.socket.write(payload)
      await until(() => count >= payload.length, 'the answer')
      await until(() => rig.records.length === 1, 'the record')
      expect(Buffer.concat(got).subarray(-payload.length).equals(payload)).toBe(true)
      expect(Buffer.concat(parts).subarray(-payload.length).equals(payload)).toBe(true)
      expect(rig.records[0]!.request_bytes).toBeGreaterThan(payload.length)
      expect(rig.records[0]!.response_bytes).toBeGreaterThan(payload.length)
      client.socket.destroy()
    },
  )

  test('an upload that the upstream refuses half-way still brings its answer', async () => {
    await start(({ socket }) => {
      if (socket.isPaused()) return
      socket.pause()
      socket.write(
        'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig',
        () => socket.destroy(),
      )
    })
    const client = await connectRaw(rig.port)
    client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size * 4}\r\n\r\n`)
    client.socket.write(Buffer.alloc(size * 4))
    await until(() => client.text().endsWith('big'), 'the answer')
    expect(client.text()).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close\r\n/)
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ status: 413, outcome: 'client_error', flags: '' })
  })

  test('Expect: 100-continue is passed on, and answered by the tap when the upstream stays silent (Q40)', async () => {
    await start(answerAll)
    const client = await connectRaw(rig.port)
    client.socket.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n')
    await until(() => backend.connections[0]?.received.includes('Expect: 100-continue') === true, 'the head')
    await until(() => {
      rig.wheel.advance(500)
      return client.text() !== ''
    }, '100')
    expect(client.text()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    client.socket.write('ok')
    await until(() => client.text().includes('hello'), 'the answer')
    expect(rig.records).toMatchObject([{ status: 200 }])
    client.socket.destroy()
  })
})
