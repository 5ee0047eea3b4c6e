import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { LINE_COLUMN_NAMES } from '../../collector/ingest/line.ts'
import { COLUMNS } from '../../model/column.ts'
import { bucketOf, TTFB_BUCKETS_PER_OCTAVE } from '../../model/histogram.ts'
import { fittedRecord } from '../../model/row.ts'
import { openStore } from '../../store/open.ts'
import { ROLLUPS } from '../../store/rollups.ts'
import { blockOf } from '../../store/row-block.ts'
import type { Store } from '../../store/store.ts'
import { plainBlock } from '../support/line.ts'
import { anyRecord, record } from '../support/record.ts'

/** The real embedded store, and the traps that were measured in it (docs/decisions/0003-store.md). */
let folder: string
let store: Store

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-store-'))
  store = await openStore({ dataFolder: folder })
})

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const countOf = async (where: string): Promise<number> => {
  const [row] = await store.read<{ calls: number }>(
    `SELECT count() AS calls FROM tapmesh.calls WHERE ${where}`,
  )
  return row!.calls
}
const callsIn = async (table: string, destination: string): Promise<number> => {
  const [row] = await store.read<{ calls: number }>(
    `SELECT sum(calls) AS calls FROM tapmesh.${table} WHERE destination = {destination:String}`,
    { destination },
  )
  return row!.calls
}

test('rows of any characters come back as they were', async () => {
  const samples = fc.sample(anyRecord, { numRuns: 200, seed: 7 }).map((call, index) => ({
    ...call,
    config_version: 'any',
    tap: String(index),
    ts: (1_700_000_000 + index) * 1_000_000 + index,
  }))
  await store.insertCalls([blockOf(samples)], 'any')
  const names = COLUMNS.map(({ name }) =>
    name === 'ts' ? 'toUnixTimestamp64Micro(ts) AS ts_us' : name,
  ).join(', ')
  const rows = await store.read<Record<string, unknown> & { ts_us: number }>(
    `SELECT ${names} FROM tapmesh.calls WHERE config_version = 'any' ORDER BY toUInt32(tap)`,
  )
  const found = rows.map(({ ts_us, ...rest }) => ({ ts: ts_us, ...rest }))
  expect(found).toEqual(samples.map(fittedRecord))
  expect(samples.length).toBeGreaterThan(100)
})

test('a block counts once under its token, in the table and in every rollup', async () => {
  const calls = Array.from({ length: 50 }, (_, index) =>
    record({ destination: 'once', duration_us: 100 + index }),
  )
  for (const token of ['once-1', 'once-1', 'once-2', 'once-1'])
    await store.insertCalls([blockOf(calls)], token)
  expect(await countOf("destination = 'once'")).toBe(100)
  for (const { name } of ROLLUPS) expect([name, await callsIn(name, 'once')]).toEqual([name, 100])
})

test('blocks together are one block: again under the token they count once', async () => {
  const blocks = [1, 2, 3].map((attempt) => blockOf([record({ destination: 'joined', attempt })]))
  await store.insertCalls(blocks, 'joined')
  await store.insertCalls(blocks, 'joined')
  expect(await countOf("destination = 'joined'")).toBe(3)
  expect(await callsIn('edge_1h', 'joined')).toBe(3)
})

test('rollups hold what their names say', async () => {
  const outcomes = ['ok', 'client_error', 'server_error', 'timeout', 'reset', 'denied', 'unfinished'] as const
  const calls = outcomes.map((outcome, index) =>
    record({
      destination: 'signals',
      outcome,
      duration_us: 1000 * (index + 1),
      ttfb_us: index === 0 ? 0 : 500,
      attempt: index === 1 ? 2 : 1,
    }),
  )
  await store.insertCalls([blockOf(calls)], 'signals')
  const [row] = await store.read<Record<string, unknown>>(
    "SELECT * EXCEPT (t) FROM tapmesh.edge_1m FINAL WHERE destination = 'signals'",
  )
  expect(row).toMatchObject({
    calls: 7,
    errors: 4,
    client_errors: 1,
    server_errors: 1,
    timeouts: 1,
    resets: 1,
    denied: 1,
  })
  expect(row).toMatchObject({
    unfinished: 1,
    retries: 1,
    traced: 0,
    named: 7,
    evidence: 2,
    duration_max_us: 7000,
  })
  expect(row).toMatchObject({
    duration_sum_us: 28_000,
    ttfb_buckets: { [Math.floor(Math.log2(500) * TTFB_BUCKETS_PER_OCTAVE)]: 6 },
  })
  const buckets = calls.map(({ duration_us }) => [bucketOf(duration_us), 1])
  expect(row!['duration_buckets']).toEqual(Object.fromEntries(buckets))
})

test('numbers keep their value up to 2^53 - 1', async () => {
  const most = Number.MAX_SAFE_INTEGER
  const block = blockOf([record({ destination: 'large', duration_us: most, tap_us: 0xffffffff })])
  await store.insertCalls([block], 'large')
  const [row] = await store.read("SELECT duration_us, tap_us FROM tapmesh.calls WHERE destination = 'large'")
  expect(row).toEqual({ duration_us: most, tap_us: 0xffffffff })
})

test('a block that an older version left in the write-ahead log is stored', async () => {
  const calls = [record({ destination: 'plain' }), record({ destination: 'plain', status: '404' })]
  await store.insertCalls([plainBlock(calls), plainBlock(calls)], 'plain', LINE_COLUMN_NAMES)
  expect(await countOf("destination = 'plain' AND source = 'web-api' AND status IN ('200', '404')")).toBe(4)
})

test('settings of one statement do not reach the next', async () => {
  const changed = (): Promise<unknown[]> =>
    store.read(
      "SELECT name FROM system.settings WHERE changed AND name IN ('insert_deduplication_token', 'readonly', 'async_insert')",
    )
  await store.insertCalls([blockOf([record({ destination: 'leak' })])], 'leak-1')
  await store.insert('quarantine', Buffer.from('1790000000.000\ttap\twhy\t1\tline\n'), 'leak-2')
  expect(await changed()).toEqual([])
  await store.insertCalls([blockOf([record({ destination: 'leak' })])], 'leak-3')
  expect(await countOf("destination = 'leak'")).toBe(2)
})

test('a blank line never gets to the engine, where it would end the data and run the rest', async () => {
  const attack = `1790000000.000\ttap\twhy\t1\tline\n\nDROP TABLE tapmesh.positions\n`
  await expect(store.insert('quarantine', Buffer.from(attack), 'attack')).rejects.toMatchObject({
    code: 'TAPMESH_INTERNAL',
  })
  await expect(store.insert('calls', Buffer.from('a line\n'), 'attack')).rejects.toMatchObject({
    code: 'TAPMESH_INTERNAL',
  })
  expect(await store.read('SELECT count() AS n FROM tapmesh.positions')).toEqual([{ n: 0 }])
})

test('names of tables and tokens are from a list, values are bound', async () => {
  await expect(store.insert('taps; DROP TABLE calls', Buffer.from('a line\n'), 't')).rejects.toMatchObject({
    code: 'TAPMESH_INTERNAL',
  })
  await expect(store.insertCalls([blockOf([record()])], "t' --")).rejects.toMatchObject({
    code: 'TAPMESH_INTERNAL',
  })
  const hostile = "'; DROP TABLE tapmesh.calls; --"
  expect(await store.read('SELECT {text:String} AS text', { text: hostile })).toEqual([{ text: hostile }])
  expect(await countOf('1')).toBeGreaterThan(0)
})

test('a read that takes too long is stopped, and says so', async () => {
  const query = 'SELECT max(cityHash64(number)) AS n FROM numbers(100000000000)'
  const slow = `SELECT n FROM (${query})`
  const short = await openStore({ dataFolder: folder, readSeconds: 1 })
  try {
    await expect(short.read(slow)).rejects.toMatchObject({
      code: 'TAPMESH_STORE_UNAVAILABLE',
      message: expect.stringMatching(/imeout|exceeded/),
    })
  } finally {
    await short.close()
  }
})

test('a folder that another process has open is refused, with its pid', async () => {
  const program = `
    import { openStore } from '${join(import.meta.dirname, '../../store/open.ts')}'
    try { await openStore({ dataFolder: '${folder}' }) } catch (error) { console.log(error.code, error.message, error.hint) }`
  const file = join(folder, 'second.mjs')
  await writeFile(file, program)
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  expect(stdout).toMatch(/^TAPMESH_STORE_LOCKED /)
  expect(stdout).toContain(`(pid ${process.pid})`)
})

test('a folder that cannot be made is refused', async () => {
  const file = join(folder, 'a-file')
  await writeFile(file, '')
  await chmod(file, 0o400)
  await expect(openStore({ dataFolder: join(file, 'data') })).rejects.toMatchObject({
    code: 'TAPMESH_DATA_UNWRITABLE',
  })
})
