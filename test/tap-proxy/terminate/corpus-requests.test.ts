import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Backend,
  connectRaw,
  messageLength,
  type Rig,
  startEcho,
  startRig,
  until,
} from '../relay/rig.ts'

/**
 * Every request of test/corpus/http1 over a real connection, against a backend that records what it
 * gets: whole, one byte at a time, and in two pieces cut at every offset (long cases: at a sample of
 * offsets and around the end of the head and of the message).
 */

interface Case {
  id: string
  group: string
  want: string
  note?: string
  base64: string
}

const cases: Case[] = readFileSync(join(import.meta.dirname, '../../corpus/http1/requests.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const LONG = 220
/** Requests in the bytes; one where nothing is said. */
const COUNTS: Record<string, number> = { 'pipeline-3': 3, 'chunk-then-pipelined': 2 }
/** Nothing can be answered before a deadline. */
const SILENT = new Set(['partial-head'])

let backend: Backend & { requests: () => string[] }
let rig: Rig

beforeAll(async () => {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port })
})

afterAll(() => {
  rig.close()
  backend.close()
})

function allowed({ want, note }: Case): number[] {
  const codes = [want, ...(note?.match(/\b[45][0-9][0-9]\b/g) ?? [])].map((code) =>
    Number(code.replace(/\D/g, '')),
  )
  return codes.filter((code) => code >= 400)
}

/** Answers in `text`, and whether bytes are left over. */
function answers(text: string): { statuses: number[]; rest: string } {
  const statuses: number[] = []
  let rest = text
  for (let length = messageLength(rest); length > 0; length = messageLength(rest)) {
    statuses.push(Number(rest.slice(9, 12)))
    rest = rest.slice(length)
  }
  return { statuses, rest }
}

async function run(test: Case, pieces: readonly Buffer[]): Promise<number[]> {
  const client = await connectRaw(rig.port)
  for (const piece of pieces) {
    if (client.closed) break
    client.socket.write(piece)
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const count = COUNTS[test.id] ?? 1
  await until(() => client.ended || client.closed || answers(client.text()).statuses.length >= count, test.id)
  client.socket.destroy()
  return answers(client.text()).statuses
}

/** Framing that a backend may see: strict on its own, without the relay's code. */
function expectClean(request: string): void {
  const head = request.slice(0, request.indexOf('\r\n\r\n'))
  const [line, ...fields] = head.split('\r\n')
  expect(line).toMatch(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [\x21-\x7e]+ HTTP\/1\.1$/)
  for (const field of fields) expect(field).toMatch(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/)
  const names = fields.map((field) => field.slice(0, field.indexOf(':')).toLowerCase())
  for (const name of ['content-length', 'transfer-encoding', 'host', 'traceparent']) {
    expect(names.filter((other) => other === name).length).toBeLessThanOrEqual(1)
  }
  expect(names.includes('content-length') && names.includes('transfer-encoding')).toBe(false)
  expect(line).not.toContain('/smuggled')
  expect(head).not.toContain('tapmesh=evil')
}

/** @param runs statuses of each run of this case @param seen requests that reached the backend meanwhile */
function judge(test: Case, runs: readonly number[][], seen: readonly string[]): void {
  for (const request of seen) expectClean(request)
  const count = COUNTS[test.id] ?? 1
  if (test.want.startsWith('R')) {
    for (const statuses of runs) {
      expect(statuses).toHaveLength(1)
      expect(allowed(test)).toContain(statuses[0])
    }
    expect(seen).toEqual([])
  } else if (test.want !== 'X') {
    for (const statuses of runs) expect(statuses).toEqual(new Array(count).fill(200))
    expect(seen).toHaveLength(count * runs.length)
  }
}

/** Connections at once for the cuts of one case. */
const ABREAST = 24

function cuts(bytes: Buffer): number[] {
  const all = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1)
  if (bytes.length <= LONG) return all
  const head = bytes.indexOf('\r\n\r\n') + 4
  const near = (offset: number) => (at: number) => Math.abs(at - offset) <= 4
  const step = Math.floor(bytes.length / 16)
  return all.filter((at) => at % step === 0 || near(head)(at) || near(bytes.length)(at) || near(16_384)(at))
}

describe('requests of the corpus', () => {
  test.each(cases.filter(({ id }) => !SILENT.has(id)).map((test) => [test.id, test] as const))(
    '%s',
    async (_id, test) => {
      const bytes = Buffer.from(test.base64, 'base64')
      const before = backend.connections.reduce((sum, { received }) => sum + received.length, 0)
      let from = backend.requests().length
      judge(test, [await run(test, [bytes])], backend.requests().slice(from))
      if (test.want.startsWith('R')) {
        // Whole, a refused request is seen before anything of it is sent on.
        expect(backend.connections.reduce((sum, { received }) => sum + received.length, 0)).toBe(before)
      }
      const runs: Buffer[][] = cuts(bytes).map((at) => [bytes.subarray(0, at), bytes.subarray(at)])
      if (bytes.length <= LONG) runs.push(Array.from(bytes, (byte) => Buffer.of(byte)))
      for (let first = 0; first < runs.length; first += ABREAST) {
        from = backend.requests().length
        const batch = runs.slice(first, first + ABREAST).map((pieces) => run(test, pieces))
        judge(test, await Promise.all(batch), backend.requests().slice(from))
      }
    },
  )

  test('a head that never ends gets 408 after its deadline, and a record', async () => {
    const client = await connectRaw(rig.port)
    client.socket.write('GET /g HTTP/1.1\r\nHo')
    await until(() => rig.counters.connectionsOpen > 0)
    const { length } = rig.records
    // Let the bytes arrive before time passes.
    await until(() => rig.counters.connectionsAccepted > 0)
    await new Promise((resolve) => setImmediate(resolve))
    const arrived = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 20))
    const waited_us = (performance.now() - arrived) * 1000
    await until(() => {
      rig.wheel.advance(1000)
      return client.ended
    }, 'the deadline')
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 /)
    const record = rig.records.slice(length).find(({ flags }) => flags === 'DT')
    expect(record?.status).toBe(408)
    // The time begins with the first byte, not with the refusal.
    expect(record?.duration_us).toBeGreaterThanOrEqual(Math.floor(waited_us))
    client.socket.destroy()
  })

  test('every case left one record for each call', () => {
    expect(rig.counters.faults).toBe(0)
    expect(rig.counters.callsInFlight).toBe(0)
    expect(rig.records).toHaveLength(rig.counters.callsTotal)
  })
})
