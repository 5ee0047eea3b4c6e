import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { MtlsRule } from '../../net/secure.ts'
import type { ListenerSettings, TapSettings } from '../../tap-proxy/settings.ts'
import { TapIdentity } from '../../tap-proxy/tap-identity.ts'
import {
  identityOf,
  idOf,
  makeLeaf,
  makeTestAuthority,
  type TestAuthority,
} from '../support/identity/certificates.ts'
import { connectAs, connectPlain, textOf } from '../support/identity/secure-pair.ts'
import { type Rig, startRig, until } from './relay/rig.ts'

/** Listeners of a tap that has an identity, over real connections. */

let ca: TestAuthority
const open: { close(): void }[] = []
const said: string[] = []

beforeAll(async () => {
  ca = await makeTestAuthority('root')
})
afterEach(() => {
  for (const one of open.splice(0)) one.close()
  said.length = 0
})

async function identity(service: string): Promise<TapIdentity> {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-tap-identity-'))
  const { key, certificate } = await makeLeaf(ca, { ids: [idOf(service)] })
  writeFileSync(join(folder, 'tls.key'), key)
  writeFileSync(join(folder, 'tls.crt'), certificate)
  writeFileSync(join(folder, 'ca.crt'), ca.certificate)
  const made = new TapIdentity({
    identityTaken: ({ id }) => said.push(`taken ${id}`),
    identityFailed: (error) => said.push((error as Error).message),
    peerRefused: (text) => said.push(text),
  })
  await made.start({ kind: 'files', folder }, {} as TapSettings)
  await until(() => made.current !== undefined, 'the identity')
  open.push({
    close() {
      made.close()
      rmSync(folder, { recursive: true })
    },
  })
  return made
}

const rule = (policy: ReturnType<MtlsRule['policyFor']>): MtlsRule => ({ policyFor: () => policy })

async function inbound(
  secure: TapIdentity,
  backendPort: number,
  mtls: MtlsRule | undefined,
  settings: Partial<ListenerSettings> = {},
): Promise<Rig> {
  const rig = await startRig({ backendPort, settings, deps: { secure, door: { gate: undefined, mtls } } })
  open.push(rig)
  return rig
}

/** Answers every request at once, and echoes whatever is no HTTP. */
async function backend(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      socket.write(/HTTP\/1/.test(String(bytes)) ? 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok' : bytes)
      if (/connection: close/i.test(String(bytes))) socket.end()
    })
    socket.on('end', () => socket.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  return (server.address() as AddressInfo).port
}

const GET = 'GET /cart/7 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'

test('a proven caller is the source of its calls, whatever a field says', async () => {
  const orders = await identity('orders')
  const rig = await inbound(orders, await backend(), rule('permissive'))
  const result = await connectAs(await identityOf(ca, { ids: [idOf('web')] }), rig.port)
  if ('error' in result) throw result.error
  const trace = `traceparent: 00-${'1'.repeat(32)}-${'2'.repeat(16)}-01\r\ntracestate: tapmesh=liar~${'2'.repeat(16)}\r\n`
  result.connection.socket.write(GET.replace('connection', `${trace}connection`))
  expect(await textOf(result.connection.socket)).toMatch(/^HTTP\/1\.1 200/)
  expect(rig.records[0]!.parties).toMatchObject({
    source: 'web',
    source_identity: idOf('web'),
    source_evidence: 'mtls',
    security: 'mtls',
  })
})

test('strict where calls are answered: plaintext is left to the policy, other TLS is not let in', async () => {
  const rig = await inbound(await identity('orders'), await backend(), rule('strict'))
  const plain = connectPlain(rig.port)
  plain.write(GET)
  expect(await textOf(plain)).toMatch(/^HTTP\/1\.1 200/)
  expect(rig.records[0]!.parties).toMatchObject({ security: 'plaintext', source_identity: '' })
  const foreign = connectTls({ host: '127.0.0.1', port: rig.port, rejectUnauthorized: false })
  expect(await textOf(foreign.on('error', () => {}))).toBe('')
  expect(said.at(-1)).toMatch(/127\.0\.0\.1 was refused: foreign TLS/)
})

test('strict where bytes are relayed: only proven callers, and each is a record', async () => {
  const rig = await inbound(await identity('orders'), await backend(), rule('strict'), { protocol: 'opaque' })
  const plain = connectPlain(rig.port)
  plain.write('hello')
  expect(await textOf(plain)).toBe('')
  const expired = await identityOf(ca, { ids: [idOf('web')], to_ms: Date.now() - 1000 })
  const refused = await connectAs(expired, rig.port)
  if ('connection' in refused) await textOf(refused.connection.socket.on('error', () => {}))
  await until(() => said.some((text) => /calls itself .*web, was refused: its certificate/.test(text)))
  const result = await connectAs(await identityOf(ca, { ids: [idOf('web')] }), rig.port)
  if ('error' in result) throw result.error
  result.connection.socket.end('hello')
  expect(await textOf(result.connection.socket)).toBe('hello')
  await until(() => rig.records.length === 1)
  expect(rig.records[0]!.parties).toMatchObject({ protocol: 'opaque', security: 'mtls', source: 'web' })
})

test("the application's own TLS is a tunnel, with the name it asks for as the path", async () => {
  const { key, certificate } = await makeLeaf(ca)
  const server = createTlsServer({ key, cert: certificate }, (socket) => socket.end('inner')).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  open.push(server)
  const rig = await inbound(await identity('orders'), (server.address() as AddressInfo).port, undefined)
  const options = { host: '127.0.0.1', port: rig.port, servername: 'db.example', rejectUnauthorized: false }
  expect(await textOf(connectTls(options))).toBe('inner')
  await until(() => rig.records.length === 1)
  expect(rig.records[0]).toMatchObject({
    path: 'db.example',
    parties: { protocol: 'opaque', security: 'tls' },
  })
})

test('outbound: over mutual TLS while the policy says so, each kind in connections of its own', async () => {
  const target = await inbound(await identity('orders'), await backend(), undefined)
  const door: { gate: undefined; mtls: MtlsRule | undefined } = { gate: undefined, mtls: undefined }
  const secure = await identity('web')
  const settings = { kind: 'outbound' as const, destination: 'orders' }
  const rig = await startRig({ backendPort: target.port, settings, deps: { service: 'web', secure, door } })
  open.push(rig)
  const call = async () => {
    const socket = connectPlain(rig.port)
    socket.write(GET)
    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 200/)
    await until(() => rig.records.length === target.records.length)
    return [rig, target].map(({ records }) => records.at(-1)!.parties.security)
  }
  expect(await call()).toEqual(['plaintext', 'plaintext'])
  door.mtls = rule('permissive')
  expect(await call()).toEqual(['mtls', 'mtls'])
  expect(rig.records.at(-1)!.parties.source_identity).toBe(idOf('web'))
  door.mtls = rule('none')
  expect(await call()).toEqual(['plaintext', 'plaintext'])
})

test('outbound to another service than was wanted: the call fails, and the reason is told', async () => {
  const target = await inbound(await identity('billing'), await backend(), undefined)
  const settings = { kind: 'outbound' as const, destination: 'orders' }
  const door = { gate: undefined, mtls: rule('strict') }
  const rig = await startRig({
    backendPort: target.port,
    settings,
    deps: { secure: await identity('web'), door },
  })
  open.push(rig)
  const socket = connectPlain(rig.port)
  socket.write(GET)
  // A passive tap has no answer of its own: the connection ends.
  expect(await textOf(socket)).toBe('')
  expect(rig.records[0]).toMatchObject({ flags: 'UF' })
  expect(said.at(-1)).toMatch(/calls itself spiffe:\/\/prod\.example\/svc\/billing, is not who was wanted/)
  expect(target.records).toEqual([])
})

test('as many connections as are allowed, also through the door', async () => {
  const secure = await identity('orders')
  const rig = await startRig({
    backendPort: await backend(),
    limits: { connections_max: 1 },
    deps: { secure },
  })
  open.push(rig)
  const first = connectPlain(rig.port)
  first.write('GET / HTTP/1.1\r\n')
  await until(() => rig.counters.connectionsOpen === 1)
  const second = connectPlain(rig.port)
  second.write(GET)
  expect(await textOf(second)).toBe('')
  expect(rig.counters.connectionsRefused).toBe(1)
})

test('a service that speaks first is heard although the tap has an identity', async () => {
  const greeting = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('220 ready\r\n')
  }).listen(0, '127.0.0.1')
  await once(greeting, 'listening')
  open.push(greeting)
  const { port } = greeting.address() as AddressInfo
  const rig = await inbound(await identity('orders'), port, undefined)
  const socket = connectPlain(rig.port)
  expect(await textOf(socket)).toBe('220 ready\r\n')
  socket.end()
  await until(() => rig.records.length === 1, 'the record')
  expect(rig.records[0]!.parties.protocol).toBe('opaque')
  expect(rig.counters.upstreamConnects).toBe(1)
})
