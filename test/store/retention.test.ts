import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../store/open.ts'
import { applyDays, diskShare, RETENTION_DEFAULTS, sweep } from '../../store/retention.ts'
import { ROLLUPS } from '../../store/rollups.ts'
import { blockOf } from '../../store/row-block.ts'
import type { Store } from '../../store/store.ts'
import { VERDICT_ROLLUPS } from '../../store/verdict-rollups.ts'
import { record } from '../support/record.ts'

/** Retention and migrations against the real embedded store. */
let folder: string
let store: Store

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-retention-'))
  store = await openStore({ dataFolder: folder })
})

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const NOW_MS = Date.UTC(2026, 10, 21, 12)
const DAY_MS = 86_400_000
let blocks = 0

async function fill(days: readonly number[]): Promise<void> {
  const calls = days.map((ago) => record({ ts: (NOW_MS - ago * DAY_MS) * 1000 }))
  await store.insertCalls([blockOf(calls)], `fill-${blocks++}`)
}

const rowsOf = async (table: string): Promise<number> => {
  const [row] = await store.read<{ n: number }>(`SELECT count() AS n FROM tapmesh.${table}`)
  return row!.n
}

test('rows past their days go, by whole partitions, and the rollups outlive the calls', async () => {
  await fill([0, 1, 5, 30])
  const dropped = await sweep(store, { ...RETENTION_DEFAULTS, bytes_max: Number.MAX_SAFE_INTEGER }, NOW_MS, 0)
  expect(dropped.filter(({ table }) => table === 'calls').map(({ partition }) => partition)).toEqual([
    '20261022',
  ])
  expect(await rowsOf('calls')).toBe(3)
  expect(await rowsOf('edge_10s')).toBe(2)
  expect(await rowsOf('edge_1h')).toBe(4)
})

test('past the bytes the oldest calls go first, and the newest partition of each table stays', async () => {
  const none = { ...RETENTION_DEFAULTS, days: {}, bytes_max: 0 }
  const dropped = await sweep(store, none, NOW_MS, 0)
  expect(dropped.slice(0, 2).map(({ table, partition }) => [table, partition])).toEqual([
    ['calls', '20261116'],
    ['calls', '20261120'],
  ])
  expect(await rowsOf('calls')).toBe(1)
})

test('a full disk costs one partition a sweep', async () => {
  await fill([2, 3])
  const dropped = await sweep(store, { ...RETENTION_DEFAULTS, days: {} }, NOW_MS, 0.99)
  expect(dropped).toHaveLength(1)
  expect(dropped[0]).toMatchObject({ table: 'calls', partition: '20261118' })
  expect(await diskShare(folder)).toBeGreaterThan(0)
})

test('days become the TTL of the tables, also when they change', async () => {
  const ttl = async (): Promise<string | undefined> => {
    const [row] = await store.read<{ text: string }>(
      "SELECT create_table_query AS text FROM system.tables WHERE database = 'tapmesh' AND name = 'calls'",
    )
    return /toIntervalDay\((\d+)\)/.exec(row!.text)?.[1]
  }
  await applyDays(store, RETENTION_DEFAULTS.days)
  expect(await ttl()).toBe('7')
  await applyDays(store, { ...RETENTION_DEFAULTS.days, calls: 3 })
  expect(await ttl()).toBe('3')
})

test('every table that keeps a time has its days', () => {
  for (const { name } of [...ROLLUPS, ...VERDICT_ROLLUPS])
    expect(RETENTION_DEFAULTS.days[name]).toBeGreaterThan(0)
})
