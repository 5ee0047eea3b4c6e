import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Collector, type CollectorOptions, createCollector } from '../../collector/collector.ts'
import { readBlocks } from '../../model/block-reader.ts'
import { BlockWriter } from '../../model/block-writer.ts'
import type { CallRecord } from '../../model/call.ts'
import { TapmeshError } from '../../model/error.ts'
import { encodeFitted, encodeRows } from '../../model/row.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { batchBody, batchRecords, post, TOKEN } from '../support/batch.ts'
import { encodeLine } from '../support/line.ts'
import { record } from '../support/record.ts'

/** The collector over real HTTP: what it takes, what it refuses, and how it says so. */
let folder: string
let store: Store
let collector: Collector
let url: string
let boots = 0

/** Another store in front of the real one, whose inserts can be made to fail. */
let broken: TapmeshError | undefined
const failing = (real: Store): Store => ({
  kind: real.kind,
  engine: real.engine,
  read: (sql, bound) => real.read(sql, bound),
  command: (sql) => real.command(sql),
  insert: (table, lines, token) => real.insert(table, lines, token),
  insertCalls: (blocks, token) => (broken ? Promise.reject(broken) : real.insertCalls(blocks, token)),
  close: () => real.close(),
})

const start = (options: Partial<CollectorOptions> = {}): Promise<Collector> =>
  createCollector({ store: failing(store), folder: join(folder, 'wal'), token: TOKEN, ...options })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-ingest-'))
  store = await openStore({ dataFolder: join(folder, 'data') })
  collector = await start()
  url = (await collector.listen(0)).url
})

afterAll(async () => {
  await collector.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const boot = (): string => (++boots).toString(16).padStart(16, '0')
const stored = async (path: string): Promise<number> => {
  await collector.flush()
  const [row] = await store.read<{ n: number }>(
    'SELECT count() AS n FROM tapmesh.calls WHERE path = {path:String}',
    { path },
  )
  return row!.n
}

test.each([
  ['identity', (body: Buffer) => body],
  ['gzip', (body: Buffer) => gzipSync(body)],
  ['zstd', (body: Buffer) => zstdCompressSync(body)],
])('takes a batch as %s, once', async (encoding, pack) => {
  const sent = { boot: boot(), rows: 5, headers: { 'content-encoding': encoding } }
  const body = pack(batchBody(5, `/${encoding}`))
  expect(await post(url, body, sent)).toMatchObject({
    status: 200,
    body: { accepted: 5, quarantined: 0, duplicate: false },
  })
  expect(await post(url, body, sent)).toMatchObject({
    status: 200,
    body: { accepted: 0, quarantined: 0, duplicate: true },
  })
  expect(await stored(`/${encoding}`)).toBe(5)
})

test('the same batch sent at the same time counts once', async () => {
  const sent = { boot: boot(), rows: 3 }
  const body = batchBody(3, '/at-once')
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, body, sent)))
  expect(answers.filter((answer) => answer.body.duplicate === false)).toHaveLength(1)
  expect(await stored('/at-once')).toBe(3)
})

test('batches out of order are all taken, and gaps are told', async () => {
  const own = boot()
  for (const seq of [3, 1])
    await post(url, batchBody(1, '/order'), { tap: 'gaps@test', boot: own, seq, rows: 1 })
  expect(collector.status().taps.find((tap) => tap.tap === 'gaps@test')).toMatchObject({ gaps: 1, rows: 2 })
  await post(url, batchBody(1, '/order'), { tap: 'gaps@test', boot: own, seq: 2, rows: 1 })
  expect(collector.status().taps.find((tap) => tap.tap === 'gaps@test')).toMatchObject({ gaps: 0, rows: 3 })
  expect(await stored('/order')).toBe(3)
})

const LINES = { 'content-type': 'text/tab-separated-values', 'x-tapmesh-row-version': '1' }

test('lines of the release before are taken as well, poison ones are put aside with their reason', async () => {
  const good = batchRecords(2, '/poison').map(encodeLine).join('')
  const line = encodeLine(record({ ts: Date.now() * 1000 }))
  const now = Date.now() * 1000
  const bad = [
    line.replace('\t1234\t', '\t-1\t'),
    line.replace('\t1234\t', '\t9007199254740993\t'),
    line.replace('\t12\t{}', '\t4294967296\t{}'),
    line.replace('\t120\t', '\tnull\t'),
    line.replace('0af7651916cd43dd8448eb211c80319c', '0AF7651916CD43DD8448EB211C80319C'),
    line.replace('/cart/17', '/cart/\ud800'),
    encodeLine(record({ ts: now - 20_000 * 86_400_000_000 })),
    encodeLine(record({ ts: now + 2 * 3600_000_000 })),
    '\n',
    'DROP TABLE tapmesh.calls\n',
  ]
  const answer = await post(url, bad.join('') + good, {
    tap: 'poison@test',
    boot: boot(),
    rows: bad.length + 2,
    headers: LINES,
  })
  expect(answer).toMatchObject({ status: 200, body: { accepted: 2, quarantined: bad.length } })
  expect(await stored('/poison')).toBe(2)
  const reasons = await store.read<{ rows: number; reason: string }>(
    "SELECT sum(rows) AS rows, reason FROM tapmesh.quarantine WHERE tap = 'poison@test' GROUP BY reason ORDER BY reason",
  )
  expect(reasons.map(({ reason }) => reason.split(':')[0])).toEqual([
    '1 fields, 32 wanted',
    'duration_us',
    'path',
    'request_bytes',
    'tap_us',
    'trace_id',
    'ts',
    'ts',
  ])
  expect(reasons.reduce((sum, { rows }) => sum + rows, 0)).toBe(bad.length)
})

/** A body as taps of other versions would send it: without some columns, with others, with words of theirs. */
function bodyOf(records: readonly CallRecord[], left_out: readonly string[], added: number): Buffer {
  const [block] = readBlocks(encodeRows(records))
  const writer = new BlockWriter()
  const kept = block!.columns.filter((column) => column && !left_out.includes(column.column.name))
  writer.begin(block!.rows, kept.length + added)
  for (let index = 0; index < added; index++) writer.ready(`later_${index}`, 'Nested(later)', Buffer.alloc(7))
  for (const column of kept) writer.ready(column!.column.name, column!.type, column!.data)
  return Buffer.from(writer.out.written)
}

test.each([
  ['two versions older', ['attributes', 'tap_us', 'config_version', 'attempt'], 0],
  ['one version older', ['attributes'], 0],
  ['one version newer', [], 1],
  ['two versions newer', [], 2],
])('rows of a tap that is %s are stored', async (name, left_out, added) => {
  const words = { protocol: 'quic' as 'http', outcome: 'shed' as 'ok', response_flags: 'ZZ' }
  const records = batchRecords(3, `/${name}`).map((call) => ({ ...call, ...words, attempt: 1 }))
  const body = bodyOf(records, left_out, added)
  const answer = await post(url, body, { tap: name, boot: boot(), rows: 3 })
  expect(answer).toMatchObject({ status: 200, body: { accepted: 3, quarantined: 0 } })
  await collector.flush()
  const rows = await store.read(
    'SELECT protocol, outcome, response_flags, attempt, status FROM tapmesh.calls WHERE path = {path:String}',
    { path: `/${name}` },
  )
  expect(rows).toEqual(records.map(({ status }) => ({ ...words, attempt: 1, status })))
})

test('bad rows of a block are put aside, the others are stored', async () => {
  const records = batchRecords(4, '/some-bad')
  const body = encodeFitted([
    { ...records[0]!, source: 'a\u0001b' },
    records[1]!,
    { ...records[2]!, trace_id: 'x'.repeat(32) },
    records[3]!,
  ])
  const answer = await post(url, body, { tap: 'some-bad', boot: boot(), rows: 4 })
  expect(answer).toMatchObject({ status: 200, body: { accepted: 2, quarantined: 2 } })
  expect(await stored('/some-bad')).toBe(2)
})

test.each([
  ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
  ['zstd', zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))],
])('a %s bomb is answered 413 and costs no memory', async (encoding, bomb) => {
  expect(bomb.length).toBeLessThan(100_000)
  const before = process.memoryUsage.rss()
  const answer = await post(url, bomb, { boot: boot(), rows: 1, headers: { 'content-encoding': encoding } })
  expect(answer).toMatchObject({ status: 413, body: { error: { code: 'TAPMESH_BATCH_TOO_LARGE' } } })
  expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
})

test.each([
  ['no token', 401, 'TAPMESH_TOKEN_MISSING', { authorization: '' }],
  ['a wrong token', 403, 'TAPMESH_TOKEN_WRONG', { authorization: `Bearer ${TOKEN}x` }],
  ['another form', 426, 'TAPMESH_BATCH_VERSION', { 'content-type': 'application/x-later' }],
  ['another row version', 426, 'TAPMESH_BATCH_VERSION', { 'content-type': '', 'x-tapmesh-row-version': '9' }],
  ['no boot', 400, 'TAPMESH_BATCH_HEADER', { 'x-tapmesh-boot': 'x' }],
  ['sequence 0', 400, 'TAPMESH_BATCH_HEADER', { 'x-tapmesh-seq': '0' }],
  ['a tap with quotes', 400, 'TAPMESH_BATCH_HEADER', { 'x-tapmesh-tap': "a'b" }],
  ['a count that is not so', 400, 'TAPMESH_BATCH_MALFORMED', { 'x-tapmesh-rows': '2' }],
  ['losses that are none', 400, 'TAPMESH_BATCH_HEADER', { 'x-tapmesh-dropped': '__proto__=1' }],
  ['an unknown encoding', 426, 'TAPMESH_BATCH_VERSION', { 'content-encoding': 'br' }],
  ['gzip that is none', 400, 'TAPMESH_BATCH_MALFORMED', { 'content-encoding': 'gzip' }],
])('refuses %s, with a code and a hint, and stores nothing', async (_name, status, code, headers) => {
  const answer = await post(url, batchBody(1, '/refused'), { boot: boot(), rows: 1, headers })
  expect(answer).toMatchObject({ status, body: { error: { code, hint: expect.stringMatching(/.{10}/) } } })
  expect(await stored('/refused')).toBe(0)
})

test('refuses a Host it does not know', async () => {
  const { port } = new URL(url)
  const status = await new Promise((resolve, reject) => {
    const sent = request({ port, path: '/healthz', headers: { host: 'evil.test' } }, (answer) =>
      resolve(answer.resume().statusCode),
    )
    sent.on('error', reject).end()
  })
  expect(status).toBe(421)
})

test('a heartbeat tells of the tap and of its losses', async () => {
  const headers = {
    'x-tapmesh-dropped': 'overflow=12,rejected=3',
    'x-tapmesh-now': String((Date.now() - 5000) * 1000),
  }
  const answer = await post(url, '', { tap: 'beat@test', boot: boot(), rows: 0, headers })
  expect(answer).toMatchObject({ status: 200, body: { accepted: 0, duplicate: false } })
  const tap = collector.status().taps.find((known) => known.tap === 'beat@test')
  expect(tap).toMatchObject({ dropped: { overflow: 12, rejected: 3 }, gaps: 0, rows: 0 })
  expect(Math.abs(tap!.clock_skew_ms + 5000)).toBeLessThan(1000)
  await collector.flush()
  expect(await store.read("SELECT lost, dropped FROM tapmesh.taps WHERE tap = 'beat@test'")).toEqual([
    { lost: 15, dropped: { overflow: 12, rejected: 3 } },
  ])
})

test('calls are handed to listeners as they are accepted, up to a limit', async () => {
  const heard: { path: string }[][] = []
  let skipped = 0
  const end = collector.onCalls((calls, more) => {
    heard.push(calls)
    skipped += more
  })
  await post(url, batchBody(1000, '/live'), { boot: boot(), rows: 1000 })
  end()
  await post(url, batchBody(1, '/after'), { boot: boot(), rows: 1 })
  const calls = heard.flat()
  expect(calls.length).toBeGreaterThanOrEqual(1)
  expect(calls.length).toBeLessThanOrEqual(400)
  expect(calls.length + skipped).toBe(1000)
  expect(calls[0]!.path).toBe('/live')
})

test('a store that is down loses nothing: batches wait on disk, and recovery is by itself', async () => {
  await collector.flush()
  broken = new TapmeshError('TAPMESH_STORE_UNAVAILABLE', 'the store is down', 'wait', {
    cause: { code: 'ECONNREFUSED' },
  })
  await post(url, batchBody(4, '/down'), { boot: boot(), rows: 4 })
  await collector.flush()
  expect(collector.status().ingest).toMatchObject({
    pending_rows: 4,
    last_error: expect.stringContaining('down'),
  })
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  broken = undefined
  await until(() => collector.status().ingest.pending_rows === 0)
  expect(await stored('/down')).toBe(4)
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ok: true, error: null })
})

test('what the store refuses for good goes to the quarantine and holds up nothing', async () => {
  broken = new TapmeshError('TAPMESH_STORE_UNAVAILABLE', 'no', 'no', { cause: { code: '117' } })
  const before = collector.status().ingest.quarantined_rows
  await post(url, batchBody(2, '/never'), { boot: boot(), rows: 2 })
  await collector.flush()
  expect(collector.status().ingest).toMatchObject({ pending_rows: 0, quarantined_rows: before + 2 })
  broken = undefined
  expect(await stored('/never')).toBe(0)
})

test('a full write-ahead log asks taps to wait', async () => {
  const small = await start({ folder: join(folder, 'small'), wal_bytes_max: 2000 })
  try {
    const { url: other } = await small.listen(0)
    const answer = await post(other, batchBody(50, '/full'), { boot: boot(), rows: 50 })
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'TAPMESH_COLLECTOR_BUSY' } } })
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/)
  } finally {
    await small.close()
  }
})

test('metrics, headers, unknown paths, a port in use', async () => {
  const metrics = await fetch(`${url}/metrics`)
  const text = await metrics.text()
  expect(text).toMatch(/^tapmesh_collector_accepted_rows_total [1-9]/m)
  expect(text).toMatch(/^tapmesh_collector_duplicate_batches_total [1-9]/m)
  expect(text).toMatch(/^tapmesh_collector_insert_duration_seconds_count [1-9]/m)
  expect(metrics.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await fetch(`${url}/none`)).status).toBe(404)
  const port = Number(new URL(url).port)
  await expect(collector.listen(port)).rejects.toMatchObject({ code: 'TAPMESH_PORT_IN_USE' })
})

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
