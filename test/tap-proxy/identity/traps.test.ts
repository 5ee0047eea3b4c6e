import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import {
  connect as connectTls,
  createSecureContext,
  createServer,
  type Server,
  TLSSocket,
  type TlsOptions,
} from 'node:tls'
import type { Identity } from '../../../tap-proxy/identity/identity.ts'
import {
  identityOf,
  idOf,
  makeTestAuthority,
  type TestAuthority,
} from '../../support/identity/certificates.ts'
import { connectAs, connectPlain, echo, openSecurePort, textOf } from '../../support/identity/secure-pair.ts'

/**
 * TLS in Node has four traps that let in whoever should stay out, and say nothing. Each is shown first
 * with the code that one would write, which accepts, and then with ours, which refuses.
 */

const HOUR = 3_600_000
let ca: TestAuthority
let foreignCa: TestAuthority
let orders: Identity
let web: Identity
const open: { close(): void }[] = []

beforeAll(async () => {
  ca = await makeTestAuthority('root')
  foreignCa = await makeTestAuthority('somebody else')
  orders = await identityOf(ca)
  web = await identityOf(ca, { ids: [idOf('web')] })
})
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const tls = ({ key, chain, bundle }: Identity) => ({ key, cert: chain, ca: bundle })

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  return (server.address() as AddressInfo).port
}

/** What a server made with these options says of a client, and the session that it gave. */
async function naiveClient(port: number, identity: Identity, session?: Buffer) {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ...tls(identity),
    rejectUnauthorized: false,
    ...(session ? { session } : {}),
  })
  const sessions: Buffer[] = []
  socket.on('error', () => {})
  socket.on('session', (given) => sessions.push(given))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.end()
  await once(socket, 'close')
  return { said: JSON.parse(answer.toString()) as Record<string, unknown>, session: sessions.at(-1) }
}

async function naiveServer(options: TlsOptions): Promise<{ server: Server; port: number }> {
  const server = createServer({ requestCert: true, rejectUnauthorized: false, ...options }, (socket) => {
    const { authorized } = socket
    const name = socket.getPeerX509Certificate()?.subjectAltName ?? ''
    socket.end(JSON.stringify({ authorized, name, reused: socket.isSessionReused() }))
  })
  return { server, port: await listening(server) }
}

async function ours(first: Identity = orders) {
  const port = await openSecurePort(first, { policy: 'strict', onTaken: echo })
  open.push(port)
  return port
}

/** What becomes of a client of ours whose certificate is `identity`. */
async function tryAs(identity: Identity, port: Awaited<ReturnType<typeof ours>>): Promise<string> {
  const result = await connectAs(identity, port.port)
  if ('error' in result) return result.peer?.fault ?? result.error.code
  result.connection.socket.on('error', () => {})
  result.connection.socket.end('in')
  const text = await textOf(result.connection.socket)
  return text === 'in' ? 'in' : (port.refused.at(-1)?.peer?.fault ?? 'refused')
}

describe('1. a TLSSocket around a connection never checks the client', () => {
  async function naive(): Promise<number> {
    const options = { ...tls(orders), requestCert: true, rejectUnauthorized: true }
    const server = createTcpServer((raw) => {
      const socket = new TLSSocket(raw, { isServer: true, ...options })
      socket.on('error', () => {})
      socket.on('secure', () => {
        const name = socket.getPeerX509Certificate()?.subjectAltName ?? ''
        socket.end(JSON.stringify({ name, error: String(socket.authorizationError) }))
      })
    })
    return listening(server)
  }

  test('naive: a forged and an expired certificate come in, and nothing looks different', async () => {
    const port = await naive()
    const forged = await identityOf(foreignCa, { ids: [idOf('web')] })
    const expired = await identityOf(ca, { ids: [idOf('web')], to_ms: Date.now() - 1000 })
    for (const identity of [web, forged, expired]) {
      expect((await naiveClient(port, identity)).said).toEqual({
        name: `URI:${idOf('web')}`,
        error: expect.stringMatching(/^(undefined|null)$/),
      })
    }
  })

  test('ours: each is refused, with its reason and whom it claimed to be', async () => {
    const port = await ours()
    const bad: [string, Identity][] = [
      ['unknown_issuer', await identityOf(foreignCa, { ids: [idOf('web')] })],
      ['expired', await identityOf(ca, { ids: [idOf('web')], to_ms: Date.now() - 1000 })],
      [
        'not_yet_valid',
        await identityOf(ca, {
          ids: [idOf('web')],
          from_ms: Date.now() + HOUR,
          to_ms: Date.now() + 2 * HOUR,
        }),
      ],
    ]
    for (const [fault, identity] of bad) {
      // Such a client checks the server with the bundle that the mesh has.
      expect(await tryAs({ ...identity, bundle: ca.certificate }, port)).toBe(fault)
      expect(port.refused.at(-1)).toMatchObject({ reason: 'peer', peer: { claimed: idOf('web') } })
      expect(port.counters.faults[fault as 'expired']).toBe(1)
    }
    expect(await tryAs(web, port)).toBe('in')
  })

  test('ours: nobody without a certificate', async () => {
    const port = await ours()
    const client = connectTls({
      host: '127.0.0.1',
      port: port.port,
      ALPNProtocols: ['tapmesh/1'],
      rejectUnauthorized: false,
    })
    client.on('error', () => {})
    await textOf(client)
    expect(port.refused).toMatchObject([{ peer: { fault: 'no_certificate', claimed: '' } }])
  })
})

describe('2. a session that is taken up again outlives certificate and CA', () => {
  test('naive: with tickets, a client whose CA has left the bundle still counts as authorized', async () => {
    const ticketKeys = Buffer.alloc(48, 7)
    const before = await naiveServer({ ...tls(orders), ticketKeys, maxVersion: 'TLSv1.2' })
    const { session } = await naiveClient(before.port, web)
    const after = await naiveServer({
      ...tls(await identityOf(foreignCa)),
      ticketKeys,
      maxVersion: 'TLSv1.2',
    })
    expect((await naiveClient(after.port, web)).said).toMatchObject({ authorized: false })
    const { said } = await naiveClient(after.port, web, session)
    expect(said).toMatchObject({ authorized: true, reused: true })
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'naive, %s: a session outlives the certificate it was made with',
    async (maxVersion) => {
      const { port } = await naiveServer({ ...tls(orders), maxVersion })
      const shortLived = await identityOf(ca, { ids: [idOf('web')], to_ms: Date.now() + 1500 })
      const { session } = await naiveClient(port, shortLived)
      const expires_ms = new X509Certificate(shortLived.chain).validToDate.getTime()
      // Not a guess of how long something takes: the certificate says when it ends.
      await new Promise((resolve) => setTimeout(resolve, Math.max(expires_ms - Date.now(), 0) + 50))
      expect((await naiveClient(port, shortLived)).said).toMatchObject({ authorized: false })
      expect((await naiveClient(port, shortLived, session)).said).toMatchObject({
        authorized: true,
        reused: true,
      })
    },
  )

  test('ours: a session that is offered is never taken up', async () => {
    const port = await ours()
    const sessions: Buffer[] = []
    const connect = async (session?: Buffer) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: port.port,
        ...tls(web),
        ALPNProtocols: ['tapmesh/1'],
        rejectUnauthorized: false,
        ...(session ? { session } : {}),
      })
      socket.on('error', () => {})
      socket.on('session', (given) => sessions.push(given))
      await once(socket, 'secureConnect')
      const reused = socket.isSessionReused()
      socket.end('in')
      expect(await textOf(socket)).toBe('in')
      return reused
    }
    await connect()
    const given = [...sessions]
    for (const session of given) expect(await connect(session)).toBe(false)
    expect(port.counters).toMatchObject({ mtls: 1 + given.length })
  })
})

describe('3. rotation reaches those only who do not name a server', () => {
  test('naive: an SNICallback with the new certificate is passed by where no name is sent', async () => {
    const rotated = await identityOf(ca, { ids: [idOf('rotated')] })
    const { port } = await naiveServer({
      ...tls(orders),
      SNICallback: (_name, done) => done(null, createSecureContext(tls(rotated))),
    })
    const serverName = async (servername?: string) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port,
        ...tls(web),
        rejectUnauthorized: false,
        ...(servername ? { servername } : {}),
      })
      await once(socket, 'secureConnect')
      const name = socket.getPeerX509Certificate()?.subjectAltName
      socket.destroy()
      return name
    }
    expect(await serverName('orders.example')).toBe(`URI:${idOf('rotated')}`)
    expect(await serverName()).toBe(`URI:${idOf('orders')}`)
  })

  test('ours: new connections get the new leaf, with a name or without; old ones live on', async () => {
    const port = await ours()
    const before = await connectAs(web, port.port)
    const rotated = await identityOf(ca, { ids: [idOf('orders')] })
    port.source.set(rotated)
    const serial = ({ chain }: Identity) => new X509Certificate(chain).serialNumber
    for (const servername of ['orders.example', '']) {
      const socket = connectTls({
        host: '127.0.0.1',
        port: port.port,
        ...tls(web),
        ALPNProtocols: ['tapmesh/1'],
        rejectUnauthorized: false,
        servername,
      })
      socket.on('error', () => {})
      await once(socket, 'secureConnect')
      expect(socket.getPeerX509Certificate()?.serialNumber).toBe(serial(rotated))
      socket.destroy()
    }
    const { socket } = (before as { connection: { socket: Socket } }).connection
    socket.end('still here')
    expect(await textOf(socket)).toBe('still here')
  })

  test('ours: both CAs in every bundle first, then new leaves, then the old CA goes: nobody is shut out', async () => {
    const next = await makeTestAuthority('next root')
    const both = ca.certificate + next.certificate
    const port = await ours()
    const oldLeaf = { ...web, bundle: both }
    const newLeaf = await identityOf(next, { ids: [idOf('web')] }, { bundle: both })
    expect(await tryAs(newLeaf, port)).toBe('unknown_issuer')
    port.source.set({ ...orders, bundle: both })
    expect(await Promise.all([tryAs(oldLeaf, port), tryAs(newLeaf, port)])).toEqual(['in', 'in'])
    port.source.set(await identityOf(next, {}, { bundle: both }))
    expect(await Promise.all([tryAs(oldLeaf, port), tryAs(newLeaf, port)])).toEqual(['in', 'in'])
    port.source.set(await identityOf(next, {}, { bundle: next.certificate }))
    expect(await tryAs(newLeaf, port)).toBe('in')
    expect(await tryAs(oldLeaf, port)).toBe('unknown_issuer')
  })
})

describe('4. the name of the peer, read carelessly', () => {
  const admin = idOf('admin')

  test('naive: the first name that fits, in a text of several, and a keyUsage that is another one', async () => {
    const two = await identityOf(ca, { ids: [idOf('web'), admin] })
    const signer = await identityOf(ca, { ids: [idOf('web')], keyCertSign: true })
    const { port } = await naiveServer(tls(orders))
    const { said } = await naiveClient(port, two)
    expect(said['authorized']).toBe(true)
    expect(/URI:(spiffe:\/\/[^,]+)/.exec(String(said['name']))?.[1]).toBe(idOf('web'))
    expect(new X509Certificate(signer.chain).keyUsage).toEqual(new X509Certificate(web.chain).keyUsage)
    const caInDisguise = await identityOf(ca, { ids: [idOf('web')], isCa: true })
    expect(new X509Certificate(caInDisguise.chain).ca).toBe(false)
  })

  test.each([
    ['two names', { ids: [idOf('web'), admin] }, 'not_one_name'],
    ['no name', { ids: [] }, 'not_one_name'],
    ['a name with a second one hidden in it', { ids: [`${idOf('web')}, URI:${admin}`] }, 'not_one_name'],
    ['a name that is no SPIFFE ID', { ids: ['https://prod.example/svc/web'] }, 'not_one_name'],
    ['a name without a path', { ids: ['spiffe://prod.example'] }, 'not_one_name'],
    ['another trust domain', { ids: ['spiffe://prod.example.evil/svc/web'] }, 'trust_domain'],
    ['a CA', { ids: [idOf('web')], isCa: true }, 'is_ca'],
    ['a key that may sign certificates', { ids: [idOf('web')], keyCertSign: true }, 'key_usage'],
    ['a key whose use is not said', { ids: [idOf('web')], noKeyUsage: true }, 'key_usage'],
  ])('ours: %s', async (_, options, fault) => {
    const port = await ours()
    const identity = await identityOf(ca, options)
    expect(await tryAs(identity, port)).toBe(fault)
    // The caller looks as closely.
    open.push(await openSecurePort(identity, { onTaken: echo }))
    const result = await connectAs(web, (open.at(-1) as unknown as { port: number }).port, { service: 'web' })
    expect(result).toMatchObject({ error: { code: 'TAPMESH_PEER_REFUSED' }, peer: { fault } })
  })
})

describe('the caller', () => {
  test('wants one service, or one ID, and nobody else of the mesh', async () => {
    const port = await ours()
    expect(await connectAs(web, port.port, { service: 'billing' })).toMatchObject({
      error: { code: 'TAPMESH_PEER_REFUSED', message: expect.stringContaining(idOf('orders')) },
      peer: { fault: 'other_service' },
    })
    expect(await connectAs(web, port.port, { id: idOf('orders') })).toHaveProperty('connection')
  })

  test('never falls back: a server without TLS, one that is no tap, one that is not there', async () => {
    const plain = await listening(createTcpServer((socket) => socket.end('HTTP/1.1 400 no\r\n\r\n')))
    const { port: noTap } = await naiveServer({ ...tls(orders), ALPNProtocols: ['h2'] })
    for (const port of [plain, noTap, 1]) {
      expect(await connectAs(web, port)).toMatchObject({ error: { code: 'TAPMESH_PEER_UNAVAILABLE' } })
    }
    expect(await connectAs(undefined, plain)).toMatchObject({ error: { code: 'TAPMESH_IDENTITY_INVALID' } })
  })

  test('an intermediate that the server does not send is named as what may be missing', async () => {
    const between = await makeTestAuthority('between', ca)
    const bare = await identityOf(between, {}, { bundle: ca.certificate })
    const port = await ours(bare)
    expect(await connectAs(web, port.port)).toMatchObject({
      error: { message: expect.stringContaining('did not send its intermediate') },
    })
    port.source.set({ ...bare, chain: bare.chain + between.certificate })
    expect(await tryAs(web, port)).toBe('in')
  })
})

test('permissive lets the unproven in as what they are: TLS without a name', async () => {
  const port = await openSecurePort(orders, { onTaken: echo })
  open.push(port)
  const expired = await identityOf(ca, { ids: [idOf('web')], to_ms: Date.now() - 1000 })
  expect(await tryAs(expired, port)).toBe('in')
  expect(port.decided[0]).toMatchObject({ security: 'tls', identity: '', service: '' })
  expect(port.counters).toMatchObject({ unproven: 1, mtls: 0 })
  connectPlain(port.port).destroy()
})
