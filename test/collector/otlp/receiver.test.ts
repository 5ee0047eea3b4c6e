import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { PbfReader } from 'pbf'
import { type Collector, createCollector } from '../../../collector/collector.ts'
import { NAME_LIMITS } from '../../../collector/otlp/names.ts'
import { openStore } from '../../../store/open.ts'
import type { Store } from '../../../store/store.ts'
import { TOKEN } from '../../support/batch.ts'
import { jsonRequest, protobufRequest, type TestSpan } from '../../support/otlp.ts'

/** OTLP over real HTTP into the real store: what is taken, what is refused, and how it is said. */
let folder: string
let store: Store
let collector: Collector
let url: string
const warnings: string[] = []
let spans = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-otlp-'))
  store = await openStore({ dataFolder: join(folder, 'data') })
  collector = await createCollector({
    store,
    folder: join(folder, 'wal'),
    token: TOKEN,
    onWarning: (text) => warnings.push(text),
  })
  url = (await collector.listen(0)).url
})

afterAll(async () => {
  await collector.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const ids = (): Pick<TestSpan, 'trace_id' | 'span_id'> => ({
  trace_id: (++spans).toString(16).padStart(32, 'a'),
  span_id: spans.toString(16).padStart(16, 'b'),
})

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

async function post(body: Buffer | string, headers: Record<string, string>) {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString('utf8') }
}

async function stored(service: string): Promise<Record<string, unknown>[]> {
  await collector.flush()
  return store.read(
    `SELECT reporter, source, destination, protocol, route, tap, span_id FROM tapmesh.calls
     WHERE startsWith(tap, {tap:String}) ORDER BY span_id`,
    { tap: `otlp/${service}` },
  )
}

/** Fields of a google.rpc.Status or of partial_success: number under 1, text under 2. */
function numberAndText(bytes: Uint8Array): { code: number; text: string } {
  const found = { code: 0, text: '' }
  new PbfReader(bytes).readFields((tag, into, reader) => {
    if (tag === 1) into.code = reader.readVarint()
    if (tag === 2) into.text = reader.readString()
  }, found)
  return found
}

function partialSuccess(bytes: Uint8Array): { code: number; text: string } {
  const inner: { bytes: Uint8Array } = { bytes: new Uint8Array() }
  new PbfReader(bytes).readFields((tag, into, reader) => {
    if (tag === 1) into.bytes = reader.readBytes()
  }, inner)
  return numberAndText(inner.bytes)
}

test.each([
  ['protobuf', PROTOBUF, (all: TestSpan[], name: string) => protobufRequest(all, { 'service.name': name })],
  [
    'json',
    `${JSON_TYPE}; charset=utf-8`,
    (all: TestSpan[], name: string) => Buffer.from(jsonRequest(all, { 'service.name': name })),
  ],
])('%s, plain, gzip and zstd: spans are rows with reporter otlp, each once', async (name, type, encode) => {
  const packs: [string, (bytes: Buffer) => Buffer][] = [
    ['identity', (bytes) => bytes],
    ['gzip', (bytes) => gzipSync(bytes)],
    ['zstd', (bytes) => zstdCompressSync(bytes)],
  ]
  for (const [encoding, pack] of packs) {
    const service = `${name}-${encoding}`
    const body = pack(
      encode(
        [
          { ...ids(), kind: 2 },
          { ...ids(), kind: 1, name: 'work' },
        ],
        service,
      ),
    )
    const answer = await post(body, { 'content-type': type, 'content-encoding': encoding })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain(name === 'json' ? JSON_TYPE : PROTOBUF)
    expect(answer.text).toBe(name === 'json' ? '{}' : '')
    expect(await stored(service)).toEqual([
      expect.objectContaining({
        reporter: 'otlp',
        source: 'unknown',
        destination: service,
        protocol: 'opaque',
      }),
      expect.objectContaining({ reporter: 'otlp', source: service, destination: service, route: 'work' }),
    ])
  }
})

test('spans that cannot be stored are partial success with the reason; the others are stored', async () => {
  const hour = 3_600_000_000_000n
  const start = BigInt(Date.now()) * 1_000_000n
  const bad: TestSpan[] = [
    { ...ids(), span_id: '0'.repeat(16) },
    { ...ids(), start, end: start - 1_000_000n },
    { ...ids(), start: start + 2n * hour },
    { ...ids(), start: 1_000_000n, end: 2_000_000n },
  ]
  const resource = { 'service.name': 'partial' }
  const answer = await post(protobufRequest([...bad, ids()], resource), { 'content-type': PROTOBUF })
  expect(answer.status).toBe(200)
  expect(partialSuccess(answer.bytes)).toEqual({ code: 4, text: 'span_id is not 8 bytes, or all zero' })
  const json = await post(jsonRequest(bad.slice(2), resource), { 'content-type': JSON_TYPE })
  expect(JSON.parse(json.text)).toEqual({
    partialSuccess: { rejectedSpans: '2', errorMessage: expect.stringMatching(/in the future/) },
  })
  expect(await stored('partial')).toHaveLength(1)
  const reasons = await store.read<{ reason: string }>(
    "SELECT reason FROM tapmesh.quarantine WHERE tap = 'otlp' ORDER BY reason",
  )
  expect(reasons.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([
      'span: span_id is not 8 bytes, or all zero',
      'ts: too far in the future',
      'ts: older than what the store keeps',
    ]),
  )
})

const good = (): Buffer => protobufRequest([ids()], { 'service.name': 'refused' })

type Refusal = [string, () => Buffer | string, Record<string, string>, number, number, RegExp]

const REFUSALS: Refusal[] = [
  [
    'broken protobuf',
    () => good().subarray(0, 40),
    { 'content-type': PROTOBUF },
    400,
    3,
    /ExportTraceServiceRequest/,
  ],
  ['text that is no JSON', () => '{"resourceSpans"', { 'content-type': JSON_TYPE }, 400, 3, /no JSON/],
  ['protobuf that says it is JSON', good, { 'content-type': JSON_TYPE }, 400, 3, /no JSON/],
  ['another type', good, { 'content-type': 'text/plain' }, 415, 3, /application\/x-protobuf/],
  ['another encoding', good, { 'content-type': PROTOBUF, 'content-encoding': 'br' }, 415, 3, /gzip/],
  ['what is no gzip', good, { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, 400, 3, /damaged/],
  [
    'a gzip bomb',
    () => gzipSync(Buffer.alloc(200 * 1024 * 1024)),
    { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    413,
    8,
    /when decompressed/,
  ],
  ['no token', good, { 'content-type': PROTOBUF, authorization: '' }, 401, 16, /TAPMESH_TOKEN_MISSING/],
  [
    'a wrong token',
    good,
    { 'content-type': PROTOBUF, authorization: 'Bearer x' },
    403,
    7,
    /TAPMESH_TOKEN_WRONG/,
  ],
]

test.each(REFUSALS)(
  '%s is refused by a google.rpc.Status in the encoding of the request',
  async (_, body, headers, status, code, text) => {
    const answer = await post(body(), headers)
    expect(answer.status).toBe(status)
    const said =
      headers['content-type'] === PROTOBUF
        ? numberAndText(answer.bytes)
        : { code: JSON.parse(answer.text).code, text: JSON.parse(answer.text).message }
    expect(said).toEqual({ code, text: expect.stringMatching(text) })
    expect(await stored('refused')).toEqual([])
  },
)

test('a body of 100 MB is refused before it is read, and the collector serves on', async () => {
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request(`${url}/v1/traces`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': PROTOBUF,
        'content-length': 100 * 1024 * 1024,
      },
    })
    asked.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode!)
      asked.destroy()
    })
    asked.on('error', reject)
    asked.write(Buffer.alloc(1024))
  })
  expect(status).toBe(413)
  expect((await post(good(), { 'content-type': PROTOBUF })).status).toBe(200)
})

test('more distinct names than the cap: the rest is __other__ in the map, and the full name in the path', async () => {
  const many = NAME_LIMITS.routes + 500
  const all = Array.from({ length: many }, (_, index) => ({ ...ids(), kind: 1, name: `name-${index}` }))
  for (let at = 0; at < many; at += 3500) {
    const body = protobufRequest(all.slice(at, at + 3500), { 'service.name': 'names' })
    expect(
      (await post(gzipSync(body), { 'content-type': PROTOBUF, 'content-encoding': 'gzip' })).status,
    ).toBe(200)
  }
  await collector.flush()
  const [row] = await store.read<{ routes: number; paths: number; other: number }>(
    `SELECT uniqExact(route) AS routes, uniqExact(path) AS paths, countIf(route = '__other__') AS other
     FROM tapmesh.calls WHERE tap = 'otlp/names'`,
  )
  expect(row!.paths).toBe(many)
  expect(row!.routes).toBeLessThanOrEqual(NAME_LIMITS.routes + 1)
  expect(row!.other).toBeGreaterThanOrEqual(500)
  expect(warnings.filter((text) => text.includes('distinct routes'))).toHaveLength(1)
})

test('the collector that restarts has every span that was acknowledged', async () => {
  await post(protobufRequest([ids(), ids()], { 'service.name': 'kept' }), { 'content-type': PROTOBUF })
  await collector.close()
  collector = await createCollector({ store, folder: join(folder, 'wal'), token: TOKEN })
  url = (await collector.listen(0)).url
  await post(protobufRequest([ids()], { 'service.name': 'kept' }), { 'content-type': PROTOBUF })
  expect(await stored('kept')).toHaveLength(3)
})
