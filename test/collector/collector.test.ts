import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Collector, type CollectorOptions, createCollector } from '../../collector/collector.ts'
import { TapmeshError } from '../../model/error.ts'
import { encodeRow } from '../../model/row.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { batchLines, post, TOKEN } from '../support/batch.ts'
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
  ['identity', (text: string) => Buffer.from(text)],
  ['gzip', (text: string) => gzipSync(text)],
  ['zstd', (text: string) => zstdCompressSync(text)],
])('takes a batch as %s, once', async (encoding, pack) => {
  const sent = { boot: boot(), rows: 5, headers: { 'content-encoding': encoding } }
  const body = pack(batchLines(5, `/${encoding}`))
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
  const body = batchLines(3, '/at-once')
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, body, sent)))
  expect(answers.filter((answer) => answer.body.duplicate === false)).toHaveLength(1)
  expect(await stored('/at-once')).toBe(3)
})

test('batches out of order are all taken, and gaps are told', async () => {
  const own = boot()
  for (const seq of [3, 1])
    await post(url, batchLines(1, '/order'), { tap: 'gaps@test', boot: own, seq, rows: 1 })
  expect(collector.status().taps.find((tap) => tap.tap === 'gaps@test')).toMatchObject({ gaps: 1, rows: 2 })
  await post(url, batchLines(1, '/order'), { tap: 'gaps@test', boot: own, seq: 2, rows: 1 })
  expect(collector.status().taps.find((tap) => tap.tap === 'gaps@test')).toMatchObject({ gaps: 0, rows: 3 })
  expect(await stored('/order')).toBe(3)
})

test('poison rows are put aside with their reason, the others are stored', async () => {
  const good = batchLines(2, '/poison')
  const now = Date.now() * 1000
  const bad = [
    encodeRow(record({ ts: now })).replace('\t1234\t', '\t-1\t'),
    encodeRow(record({ ts: now })).replace('\t1234\t', '\t9007199254740993\t'),
    encodeRow(record({ ts: now })).replace('\t12\t{}', '\t4294967296\t{}'),
    encodeRow(record({ ts: now })).replace('\t120\t', '\tnull\t'),
    encodeRow(record({ ts: now })).replace('\t120\t', '\t1.5\t'),
    encodeRow(record({ ts: now })).replace(
      '0af7651916cd43dd8448eb211c80319c',
      '0AF7651916CD43DD8448EB211C80319C',
    ),
    encodeRow(record({ ts: now })).replace('/cart/17', '/cart/\ud800'),
    encodeRow(record({ ts: now - 20_000 * 86_400_000_000 })),
    encodeRow(record({ ts: now + 2 * 3600_000_000 })),
    '\n',
    'DROP TABLE tapmesh.calls\n',
  ]
  const answer = await post(url, bad.join('') + good, {
    tap: 'poison@test',
    boot: boot(),
    rows: bad.length + 2,
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
  ['another row version', 422, 'TAPMESH_BATCH_VERSION', { 'x-tapmesh-row-version': '99' }],
  ['no boot', 400, 'TAPMESH_BATCH_MALFORMED', { 'x-tapmesh-boot': 'x' }],
  ['sequence 0', 400, 'TAPMESH_BATCH_MALFORMED', { 'x-tapmesh-seq': '0' }],
  ['a tap with quotes', 400, 'TAPMESH_BATCH_MALFORMED', { 'x-tapmesh-tap': "a'b" }],
  ['a count that is not so', 400, 'TAPMESH_BATCH_MALFORMED', { 'x-tapmesh-rows': '2' }],
  ['losses that are none', 400, 'TAPMESH_BATCH_MALFORMED', { 'x-tapmesh-dropped': '__proto__=1' }],
  ['an unknown encoding', 400, 'TAPMESH_BATCH_MALFORMED', { 'content-encoding': 'br' }],
  ['gzip that is none', 400, 'TAPMESH_BATCH_MALFORMED', { 'content-encoding': 'gzip' }],
])('refuses %s, with a code and a hint, and stores nothing', async (_name, status, code, headers) => {
  const answer = await post(url, batchLines(1, '/refused'), { boot: boot(), rows: 1, headers })
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
  await post(url, batchLines(1000, '/live'), { boot: boot(), rows: 1000 })
  end()
  await post(url, batchLines(1, '/after'), { boot: boot(), rows: 1 })
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
  await post(url, batchLines(4, '/down'), { boot: boot(), rows: 4 })
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
  await post(url, batchLines(2, '/never'), { boot: boot(), rows: 2 })
  await collector.flush()
  expect(collector.status().ingest).toMatchObject({ pending_rows: 0, quarantined_rows: before + 2 })
  broken = undefined
  expect(await stored('/never')).toBe(0)
})

test('a full write-ahead log asks taps to wait', async () => {
  const small = await start({ folder: join(folder, 'small'), wal_bytes_max: 2000 })
  try {
    const { url: other } = await small.listen(0)
    const answer = await post(other, batchLines(50, '/full'), { boot: boot(), rows: 50 })
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
