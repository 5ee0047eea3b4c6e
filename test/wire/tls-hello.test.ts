import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { HELLO_BYTES_MAX, peek } from '../../wire/tls-hello.ts'

/** The ClientHello that this Node really sends. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = connectTls({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...options })
  client.on('error', () => {})
  const [socket] = await accepted
  const [hello] = await once(socket, 'data')
  client.destroy()
  socket.destroy()
  server.close()
  return hello as Buffer
}

let mesh: Buffer
let other: Buffer
beforeAll(async () => {
  mesh = await helloOf({ ALPNProtocols: ['h2', 'tapmesh/1'], servername: 'orders.example' })
  other = await helloOf({ ALPNProtocols: ['h2', 'http/1.1'], servername: 'db.example' })
})

/** The same hello in records of other lengths. */
function recut(hello: Buffer, length: number): Buffer {
  const body = hello.subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < body.length; at += length) {
    const part = body.subarray(at, at + length)
    records.push(Buffer.from([0x16, 3, 1, part.length >> 8, part.length & 255]), part)
  }
  return Buffer.concat(records)
}

test('taps are told by their protocol, everything else by its name', async () => {
  expect(peek(mesh)).toEqual({ kind: 'mesh-tls', sni: 'orders.example', alpn: 'h2,tapmesh/1' })
  expect(peek(other)).toMatchObject({ kind: 'foreign-tls', sni: 'db.example' })
  expect(peek(await helloOf({ ALPNProtocols: ['tapmesh/1'] }))).toMatchObject({ kind: 'mesh-tls', sni: '' })
  expect(peek(await helloOf({ maxVersion: 'TLSv1.2' }))).toEqual({ kind: 'foreign-tls', sni: '', alpn: '' })
})

test('byte by byte: more is wanted until the last byte, and what follows changes nothing', () => {
  for (let length = 0; length < mesh.length; length++) {
    expect(peek(mesh.subarray(0, length)).kind).toBe('more')
  }
  expect(peek(Buffer.concat([mesh, Buffer.from('early data')]))).toEqual(peek(mesh))
})

test('in several records', () => {
  expect(peek(recut(mesh, Math.ceil(mesh.length / 3)))).toEqual(peek(mesh))
  expect(peek(recut(mesh, 1)).kind).toBe('foreign-tls')
})

test.each([
  ['HTTP', 'GET / HTTP/1.1\r\n'],
  ['a zero', '\0'],
  ['a byte of TLS with another behind it', '\x16\x01'],
  ['an alert', '\x15\x03\x01'],
])('%s is plaintext at once', (_, text) => {
  expect(peek(Buffer.from(text, 'latin1'))).toEqual({ kind: 'plaintext' })
})

test.each([
  ['an empty record', [0x16, 3, 1, 0, 0]],
  ['a record too long', [0x16, 3, 1, 0xff, 0xff]],
  ['another handshake message', [0x16, 3, 1, 0, 4, 2, 0, 0, 0]],
  ['a hello too long', [0x16, 3, 1, 0, 4, 1, 1, 0, 0]],
  ['an empty hello', [0x16, 3, 1, 0, 4, 1, 0, 0, 0]],
])('%s is foreign and nothing worse', (_, bytes) => {
  expect(peek(Buffer.from(bytes))).toEqual({ kind: 'foreign-tls', sni: '', alpn: '' })
})

test('a hello that never ends is foreign once it is longer than one may be', () => {
  const endless = Buffer.alloc(HELLO_BYTES_MAX + 10, 1)
  endless.set([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xf0])
  expect(peek(endless.subarray(0, 100)).kind).toBe('more')
  expect(peek(endless).kind).toBe('foreign-tls')
})

test('a host name that no map may show is left out', () => {
  const named = Buffer.from(mesh)
  const at = named.indexOf('orders.example')
  named.write('orders<script>', at, 'latin1')
  expect(peek(named)).toMatchObject({ kind: 'mesh-tls', sni: '' })
})

test('any bytes at all, and any damage to a hello: an answer, never an exception', () => {
  const damaged = fc.tuple(fc.nat(), fc.nat(255), fc.nat()).map(([at, value, end]) => {
    const bytes = Buffer.from(mesh)
    bytes[at % bytes.length] = value
    return bytes.subarray(0, end % (bytes.length + 1))
  })
  const kinds = ['plaintext', 'mesh-tls', 'foreign-tls', 'more']
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }).map(Buffer.from), damaged), (bytes) => {
      expect(kinds).toContain(peek(bytes).kind)
    }),
    { numRuns: 3000 },
  )
})

test('the answer never changes once it is given, however the bytes were cut', () => {
  const start = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => Buffer.concat([Buffer.from([0x16, 3]), bytes]))
  fc.assert(
    fc.property(fc.oneof(start, fc.constant(mesh), fc.constant(other)), (bytes) => {
      const answers = Array.from(bytes, (_, at) => peek(Buffer.from(bytes.subarray(0, at + 1))))
      const first = answers.findIndex(({ kind }) => kind !== 'more')
      for (const answer of first < 0 ? [] : answers.slice(first)) expect(answer).toEqual(answers[first])
    }),
  )
})
