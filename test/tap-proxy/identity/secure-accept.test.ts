import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Identity } from '../../../tap-proxy/identity/identity.ts'
import type { SecureConnection } from '../../../tap-proxy/identity/secure-connect.ts'
import { Undecided } from '../../../tap-proxy/identity/undecided.ts'
import {
  identityOf,
  idOf,
  makeTestAuthority,
  type TestAuthority,
} from '../../support/identity/certificates.ts'
import {
  connectAs,
  connectPlain,
  echo,
  openSecurePort,
  type SecurePort,
  textOf,
} from '../../support/identity/secure-pair.ts'
import { until } from '../relay/rig.ts'

let ca: TestAuthority
let orders: Identity
let web: Identity
let port: SecurePort | undefined

beforeAll(async () => {
  ca = await makeTestAuthority('root')
  orders = await identityOf(ca)
  web = await identityOf(ca, { ids: [idOf('web')] })
})
afterEach(() => port?.close())

async function connected(identity: Identity, to: SecurePort): Promise<SecureConnection> {
  const result = await connectAs(identity, to.port)
  if ('error' in result) throw result.error
  return result.connection
}

test('a tap is known by its certificate, and what it sends first is not lost', async () => {
  port = await openSecurePort(orders, { onTaken: echo })
  const { socket, identity } = await connected(web, port)
  expect(identity).toBe(idOf('orders'))
  socket.end('hello')
  expect(await textOf(socket)).toBe('hello')
  expect(port.decided[0]).toMatchObject({
    security: 'mtls',
    identity: idOf('web'),
    service: 'web',
    opaque: false,
  })
})

test('plaintext on the same port, whole and dripping, goes through with its first bytes', async () => {
  port = await openSecurePort(orders, { onTaken: echo })
  const socket = connectPlain(port.port)
  socket.end('GET / HTTP/1.1\r\n\r\n')
  expect(await textOf(socket)).toBe('GET / HTTP/1.1\r\n\r\n')
  expect(port.decided[0]).toMatchObject({ security: 'plaintext', identity: '', opaque: false })
  expect(port.counters).toMatchObject({ plaintext: 1, mtls: 0, foreign: 0 })
})

test('two hundred of each at once, with bodies: all arrive, none is mistaken', async () => {
  port = await openSecurePort(orders, { onTaken: echo })
  const body = 'x'.repeat(100_000)
  const plain = async () => {
    const socket = connectPlain(port!.port)
    socket.end(body)
    return textOf(socket)
  }
  const secure = async () => {
    const { socket } = await connected(web, port!)
    socket.end(body)
    return textOf(socket)
  }
  for (let round = 0; round < 8; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 ? plain() : secure())))
    expect(answers.every((answer) => answer === body)).toBe(true)
  }
  expect(port.counters).toMatchObject({ plaintext: 200, mtls: 200, brokenHandshakes: 0 })
})

test('a hello that comes byte by byte is still one', async () => {
  port = await openSecurePort(orders, { onTaken: echo })
  const drip = createServer((from) => {
    const to = connectPlain(port!.port).setNoDelay(true)
    const queue: Buffer[] = []
    // Each byte is a write of its own, in a turn of its own.
    const turn = (): void => {
      const byte = queue.shift()
      if (byte) to.write(byte, turn)
      else from.once('data', take)
    }
    const take = (chunk: Buffer): void => {
      for (const byte of chunk) queue.push(Buffer.from([byte]))
      turn()
    }
    from.once('data', take)
    from.on('error', () => {})
    to.pipe(from)
  }).listen(0, '127.0.0.1')
  await once(drip, 'listening')
  const result = await connectAs(web, (drip.address() as AddressInfo).port)
  if ('error' in result) throw result.error
  const { socket, reset } = result.connection
  socket.write('hello')
  expect(String((await once(socket.resume(), 'data'))[0])).toBe('hello')
  expect(port.decided[0]).toMatchObject({ security: 'mtls', service: 'web' })
  reset()
  drip.close()
})

test('random bytes never end the port', async () => {
  port = await openSecurePort(orders, { hello_ms: 1, onTaken: echo })
  const starts = [[0x16], [0x16, 3], [0x16, 3, 1, 2, 0, 1, 0, 1, 252], [0], []]
  await Promise.all(
    Array.from({ length: 60 }, async (_, at) => {
      const socket = connectPlain(port!.port)
      const noise = Array.from({ length: 300 }, (_, index) => (index * 7919 * (at + 1)) % 251)
      socket.end(Buffer.from([...starts[at % starts.length]!, ...noise]))
      await textOf(socket)
    }),
  )
  const { socket } = await connected(web, port)
  socket.end('still here')
  expect(await textOf(socket)).toBe('still here')
})

test("the application's own TLS passes as it is, with the name it asks for", async () => {
  const firsts: Buffer[] = []
  port = await openSecurePort(orders, {
    onTaken: ({ socket }) => void socket.once('data', (chunk) => firsts.push(chunk)),
  })
  const client = connectTls({
    port: port.port,
    host: '127.0.0.1',
    servername: 'db.prod.example',
    rejectUnauthorized: false,
  })
  client.on('error', () => {})
  await until(() => firsts.length === 1)
  expect(port.decided[0]).toMatchObject({ security: 'tls', opaque: true, sni: 'db.prod.example' })
  expect(firsts[0]![0]).toBe(0x16)
  client.destroy()
})

test('who says nothing may be waiting for a service that speaks first', async () => {
  port = await openSecurePort(orders, { silence_ms: 1, onTaken: ({ socket }) => socket.end('5.7.0-mysql') })
  const socket = connectPlain(port.port)
  expect(await textOf(socket)).toBe('5.7.0-mysql')
  expect(port.decided[0]).toMatchObject({ security: 'plaintext', opaque: true, sni: '' })
  expect(port.counters.silent).toBe(1)
})

test('who says nothing where calls are decoded has a call to come', async () => {
  port = await openSecurePort(orders, {
    policy: 'strict',
    silence_ms: 1,
    answersPlaintext: true,
    onTaken: echo,
  })
  const socket = connectPlain(port.port)
  await until(() => port!.decided.length === 1)
  expect(port.decided[0]).toMatchObject({ security: 'plaintext', opaque: false })
  socket.end('late')
  expect(await textOf(socket)).toBe('late')
})

test('a hello that stops half way is passed on once its time is over', async () => {
  port = await openSecurePort(orders, { hello_ms: 1, onTaken: echo })
  const socket = connectPlain(port.port)
  socket.write(Buffer.from([0x16, 3, 1]))
  await until(() => port!.decided.length === 1)
  expect(port.counters.foreign).toBe(1)
  socket.end()
  expect(await textOf(socket)).toBe('\x16\x03\x01')
})

describe('strict', () => {
  test('plaintext and foreign TLS are reset, counted and told', async () => {
    port = await openSecurePort(orders, { policy: 'strict', onTaken: echo })
    for (const first of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00']) {
      const socket = connectPlain(port.port)
      socket.write(Buffer.from(first, 'latin1'))
      expect(await textOf(socket)).toBe('')
    }
    expect(port.refused.map(({ reason }) => reason)).toEqual(['plaintext', 'foreign TLS'])
    expect(port.counters).toMatchObject({ refusedPlaintext: 1, refusedForeign: 1 })
  })

  test('who says nothing is reset, too', async () => {
    port = await openSecurePort(orders, { policy: 'strict', silence_ms: 1, onTaken: echo })
    expect(await textOf(connectPlain(port.port))).toBe('')
    expect(port.refused).toMatchObject([{ reason: 'plaintext' }])
  })

  test('a tap is let in', async () => {
    port = await openSecurePort(orders, { policy: 'strict', onTaken: echo })
    const { socket } = await connected(web, port)
    socket.end('in')
    expect(await textOf(socket)).toBe('in')
  })

  test('for some callers only: asked by address', async () => {
    port = await openSecurePort(orders, { onTaken: echo })
    const first = connectPlain(port.port)
    first.end('a')
    expect(await textOf(first)).toBe('a')
    port.policy = 'strict'
    const second = connectPlain(port.port)
    second.end('b')
    expect(await textOf(second)).toBe('')
  })
})

test('no identity yet: taps are turned away with the reason, plaintext is not', async () => {
  port = await openSecurePort(undefined, { onTaken: echo })
  expect(await connectAs(web, port.port)).toMatchObject({ error: { code: 'TAPMESH_PEER_UNAVAILABLE' } })
  expect(port.refused).toMatchObject([{ reason: 'no identity' }])
  const socket = connectPlain(port.port)
  socket.end('a')
  expect(await textOf(socket)).toBe('a')
  port.source.set(orders)
  expect(await connectAs(web, port.port)).toHaveProperty('connection')
})

test('half-close over TLS: the request may end before the answer begins', async () => {
  port = await openSecurePort(orders, {
    onTaken({ socket }) {
      void textOf(socket).then((text) => socket.end(`got ${text}`))
    },
  })
  const { socket } = await connected(web, port)
  socket.end('all')
  expect(await textOf(socket)).toBe('got all')
})

test('a reset reaches the peer as one', async () => {
  port = await openSecurePort(orders, {
    onTaken: ({ socket, reset }) => {
      socket.once('data', () => reset())
    },
  })
  const { socket } = await connected(web, port)
  const error = once(socket, 'error').catch((cause: unknown) => [cause])
  socket.write('x')
  socket.resume()
  expect(await error).toMatchObject([{ code: 'ECONNRESET' }])
})

test('who leaves before saying what it is costs nothing', async () => {
  port = await openSecurePort(orders)
  for (const first of ['', '\x16', '\x16\x03\x01\x02']) {
    const socket = connectPlain(port.port)
    if (first !== '') socket.write(Buffer.from(first, 'latin1'))
    socket.end()
    await once(socket.resume(), 'close')
  }
  expect(port.decided).toEqual([])
})

describe('connections of which nothing is known yet', () => {
  test('the service speaks first, and is not waited for', async () => {
    let spoke = (): void => {}
    const gone: string[] = []
    port = await openSecurePort(orders, {
      silence_ms: 1_000_000,
      arrived: (serviceSpoke) => {
        spoke = serviceSpoke
        return { gone: () => gone.push('gone') }
      },
      onTaken: ({ socket }) => socket.end('220 ready'),
    })
    const socket = connectPlain(port.port)
    await once(socket, 'connect')
    await until(() => port!.accept.undecided === 1, 'the connection')
    spoke()
    expect(await textOf(socket)).toBe('220 ready')
    expect(port.decided).toMatchObject([{ security: 'plaintext', early: {} }])
    expect(gone).toEqual([])
    socket.destroy()
  })

  test('one that leaves, and one that is refused, let go of what was begun for them', async () => {
    const gone: string[] = []
    port = await openSecurePort(orders, {
      policy: 'strict',
      arrived: () => ({ gone: () => gone.push('gone') }),
    })
    const left = connectPlain(port.port)
    await until(() => port!.accept.undecided === 1, 'the first')
    left.destroy()
    await until(() => gone.length === 1, 'its end')
    connectPlain(port.port).end('GET / HTTP/1.1\r\n\r\n')
    await until(() => gone.length === 2, 'the refusal')
    expect(port.accept.undecided).toBe(0)
  })
})

test('a flood from one address costs the oldest of that address, never another one', () => {
  const undecided = new Undecided()
  const socketAt = (name: string) => ({ name }) as unknown as Socket
  undecided.add(socketAt('a'), '10.0.0.1', undefined)
  for (let count = 0; count < 5; count++) undecided.add(socketAt(`b${count}`), '10.0.0.2', undefined)
  const order: unknown[] = []
  for (let count = 0; count < 5; count++) {
    const { socket } = undecided.oldestOfBusiest()!
    order.push((socket as unknown as { name: string }).name)
    undecided.delete(socket)
  }
  expect(order.slice(0, 4)).toEqual(['b0', 'b1', 'b2', 'b3'])
})
