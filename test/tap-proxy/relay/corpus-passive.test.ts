import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Backend,
  type BackendConnection,
  connectRaw,
  type Rig,
  startBackend,
  startRig,
  until,
} from './rig.ts'

/**
 * The corpus of test/corpus/http1 through a passive listener: what arrives at the service and at the
 * client equals what was sent, byte for byte, apart from trace fields; whole and cut.
 */

interface Case {
  id: string
  base64: string
}

const read = (name: string): Case[] =>
  readFileSync(join(import.meta.dirname, '../../corpus/http1', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** Lines of trace context, which a passive listener may insert, replace or take out. */
const withoutTrace = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/(?:^|(?<=\n))trace(?:parent|state):[^\n]*\n/gi, '')

let backend: Backend
let rig: Rig
let untouched: Rig
let answer: readonly Buffer[] = []

beforeAll(async () => {
  backend = await startBackend(() => {})
  rig = await startRig({ backendPort: backend.port, mode: 'passive' })
  untouched = await startRig({ backendPort: backend.port, mode: 'passive', settings: { untouched: true } })
})

afterAll(() => {
  rig.close()
  untouched.close()
  backend.close()
})

/** Cuts at every offset of short messages, at some of long ones, and byte by byte. */
function splits(bytes: Buffer): Buffer[][] {
  const all: Buffer[][] = [[bytes]]
  const step = Math.max(1, Math.floor(bytes.length / 12))
  for (let at = 1; at < bytes.length; at += step) all.push([bytes.subarray(0, at), bytes.subarray(at)])
  if (bytes.length <= 220) all.push(Array.from(bytes, (byte) => Buffer.of(byte)))
  return all
}

async function write(socket: { write(bytes: Buffer): unknown }, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece)
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Sends pieces through a tap and ends. @returns the backend's connection with all that came */
async function send(through: Rig, pieces: readonly Buffer[]): Promise<BackendConnection> {
  const before = backend.connections.length
  const client = await connectRaw(through.port)
  await until(() => backend.connections.length > before, 'the connection to the service')
  const connection = backend.connections[before]!
  await write(client.socket, pieces)
  client.socket.end()
  await until(() => connection.ended, 'the end')
  connection.socket.end()
  await until(() => client.ended, 'the end of the answer')
  return connection
}

test.each(read('requests.jsonl').map(({ id, base64 }) => [id, base64]))('request %s', async (_id, base64) => {
  const bytes = Buffer.from(base64, 'base64')
  for (const pieces of splits(bytes)) {
    expect(withoutTrace((await send(rig, pieces)).received)).toBe(withoutTrace(bytes))
  }
  expect((await send(untouched, [bytes])).received.equals(bytes)).toBe(true)
})

test.each(read('responses.jsonl').map(({ id, base64 }) => [id, base64]))(
  'response %s',
  async (_id, base64) => {
    const bytes = Buffer.from(base64, 'base64')
    for (const pieces of splits(bytes)) {
      answer = pieces
      const before = backend.connections.length
      const client = await connectRaw(rig.port)
      client.socket.write('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
      await until(() => backend.connections[before]?.received.includes('\r\n\r\n') === true, 'the request')
      const { socket } = backend.connections[before]!
      await write(socket, answer)
      socket.end()
      await until(() => client.ended, 'the end of the answer')
      expect(client.received.equals(bytes)).toBe(true)
      client.socket.end()
      await until(() => backend.connections[before]!.closed, 'the end')
    }
  },
)

test('nothing failed inside the taps, and every call that began was recorded', async () => {
  await until(() => rig.counters.connectionsOpen === 0, 'the end of all connections')
  expect(rig.counters.faults).toBe(0)
  expect(untouched.counters.faults).toBe(0)
  expect(rig.counters.callsInFlight).toBe(0)
  expect(rig.records).toHaveLength(rig.counters.callsTotal)
})
