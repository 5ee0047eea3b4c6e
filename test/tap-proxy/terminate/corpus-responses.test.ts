import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Backend,
  type BackendConnection,
  connectRaw,
  messageLength,
  type RawClient,
  type Rig,
  startBackend,
  startRig,
  until,
} from '../relay/rig.ts'

/**
 * Every response of test/corpus/http1, as a backend's answer to a call through the relay: whole, one
 * byte at a time, and cut in two at every offset (long cases: a sample). After each, a second call
 * must get its own answer: what a backend sends too much must never become somebody else's answer.
 */

interface Case {
  id: string
  want: string
  note?: string
  base64: string
  method?: string
  close?: boolean
  later?: string
}

const cases: Case[] = readFileSync(join(import.meta.dirname, '../../corpus/http1/responses.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const LONG = 200
const CLEAN = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nCLEAN'

let backend: Backend
let rig: Rig
let pieces: readonly Buffer[] = []
let current: Case

async function answer({ socket }: BackendConnection): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return
    if (piece.length > 0) socket.write(piece)
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
  }
  if (current.close) socket.end()
}

beforeAll(async () => {
  backend = await startBackend((connection) => {
    const { socket, received } = connection
    const text = received.toString('latin1')
    const length = messageLength(text)
    if (length === 0) return
    connection.received = received.subarray(length)
    if (text.includes(' /second ')) socket.write(CLEAN)
    else void answer(connection)
  })
  rig = await startRig({ backendPort: backend.port })
})

afterAll(() => {
  rig.close()
  backend.close()
})

/** The final answer in what a client got: interim answers skipped. */
function finalAnswer(
  client: RawClient,
  headOnly: boolean,
): { status: number; body: string; complete: boolean; rest: string } {
  let text = client.text()
  while (/^HTTP\/1\.1 1[0-9][0-9]/.test(text) && text.includes('\r\n\r\n'))
    text = text.slice(text.indexOf('\r\n\r\n') + 4)
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return { status: 0, body: '', complete: false, rest: '' }
  const status = Number(text.slice(9, 12))
  const fields = text.slice(0, head + 2)
  const framed = /\r\n(content-length|transfer-encoding):/i.test(fields)
  const bodiless = headOnly || status === 204 || status === 304
  const length = bodiless ? head + 4 : messageLength(text)
  if (framed || bodiless) {
    return {
      status,
      body: text.slice(head + 4, length || undefined),
      complete: length > 0,
      rest: text.slice(length),
    }
  }
  return { status, body: text.slice(head + 4), complete: client.ended && client.error === '', rest: '' }
}

async function run(test: Case, parts: readonly Buffer[]): Promise<void> {
  current = test
  pieces = parts
  const headOnly = test.method === 'HEAD'
  const client = await connectRaw(rig.port)
  client.socket.write(`${test.method ?? 'GET'} /first HTTP/1.1\r\nHost: a.test\r\n\r\n`)
  await until(() => client.closed || client.ended || finalAnswer(client, headOnly).complete, test.id)
  const got = finalAnswer(client, headOnly)
  judge(test, got, client)
  if (test.later) {
    const { idleBytes } = rig.counters
    for (const { socket } of backend.connections) if (!socket.destroyed) socket.write(test.later)
    await until(() => rig.counters.idleBytes > idleBytes, 'the relay to notice bytes on an idle connection')
  }
  const second = await connectRaw(rig.port)
  second.socket.write('GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n')
  await until(() => second.closed || finalAnswer(second, false).complete, `${test.id}: second call`)
  expect(finalAnswer(second, false).body).toBe('CLEAN')
  client.socket.destroy()
  second.socket.destroy()
}

function judge(test: Case, got: ReturnType<typeof finalAnswer>, client: RawClient): void {
  expect(client.text()).not.toContain('POISON')
  if (test.want !== 'T') expect(got.rest).toBe('')
  switch (test.want) {
    case 'F':
      if (got.status === 502 && test.note?.includes('502')) break
      expect(got.complete).toBe(true)
      expect(got.status).toBe(
        Number(
          /HTTP\/1\.[01] ([2-9][0-9][0-9])/.exec(Buffer.from(test.base64, 'base64').toString('latin1'))![1],
        ),
      )
      if (test.method !== 'HEAD' && got.status !== 304) expect(got.body).toContain('hello')
      break
    case 'N':
      if (got.status === 502) break
      expect(got.complete).toBe(true)
      expect(got.body).toContain('hello')
      break
    case '502':
      expect(got.status === 502 || (client.closed && !got.complete)).toBe(true)
      break
    case 'T':
      expect(got.status === 502 || !got.complete).toBe(true)
      expect(client.closed || client.ended).toBe(true)
      if (got.status !== 502) expect(client.error).toBe('ECONNRESET')
      break
    case 'D':
      expect(got.complete).toBe(true)
      expect(got.status).toBe(200)
  }
}

function cuts(length: number): number[] {
  const all = Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1)
  const step = Math.max(1, Math.floor(length / 16))
  return length <= LONG ? all : all.filter((at) => at % step === 0 || at < 8 || at > length - 8)
}

describe('responses of the corpus', () => {
  test.each(cases.map((test) => [test.id, test] as const))('%s', async (_id, test) => {
    const bytes = Buffer.from(test.base64, 'base64')
    await run(test, [bytes])
    if (bytes.length <= LONG)
      await run(
        test,
        Array.from(bytes, (byte) => Buffer.of(byte)),
      )
    for (const at of cuts(bytes.length)) await run(test, [bytes.subarray(0, at), bytes.subarray(at)])
  })

  test('nothing was left open and nothing was thrown', () => {
    expect(rig.counters.faults).toBe(0)
    expect(rig.counters.callsInFlight).toBe(0)
    expect(rig.records).toHaveLength(rig.counters.callsTotal)
  })
})
