import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LINE_COLUMN_NAMES } from '../../collector/ingest/line.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { insertCalls } from '../../store/insert.ts'
import { MIGRATIONS, type Migration, migrate, statementsOf } from '../../store/migrate.ts'
import { openStore } from '../../store/open.ts'
import { ROLLUPS } from '../../store/rollups.ts'
import { blockOf } from '../../store/row-block.ts'
import type { Store } from '../../store/store.ts'
import { CALLS, clusterPlacement, INSERT_TABLES, SINGLE_NODE } from '../../store/tables.ts'
import { VERDICT_ROLLUPS } from '../../store/verdict-rollups.ts'
import { plainBlock } from '../support/line.ts'
import { record } from '../support/record.ts'

/** The schema as history makes it, against the real embedded store. */
let folder: string
const open: Store[] = []

async function opened(): Promise<Store> {
  const store = await openStore({ dataFolder: folder })
  open.push(store)
  return store
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-migrate-'))
})
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
  await rm(folder, { recursive: true, force: true })
})

/** Leaves a folder as an older version would: some steps done, and calls in it. */
async function oldFolder(migrations: readonly Migration[], columns: readonly string[]): Promise<void> {
  const clients = openEmbedded(folder)
  await clients.writer.command({ query: 'CREATE DATABASE tapmesh' })
  for (const migration of migrations)
    for (const query of statementsOf(migration, SINGLE_NODE)) await clients.writer.command({ query })
  await clients.writer.command({
    query:
      "CREATE TABLE tapmesh.schema_version (version UInt32, at DateTime64(3, 'UTC')) ENGINE = ReplacingMergeTree(at) PARTITION BY tuple() ORDER BY version",
  })
  for (const { version } of migrations)
    await clients.writer.command({
      query: `INSERT INTO tapmesh.schema_version VALUES (${version}, now64(3))`,
    })
  const calls = [record(), record({ route: '/old', status: '500', outcome: 'server_error' })]
  await insertCalls(clients, [plainBlock(calls, columns)], 'old', columns)
  await clients.reader.close()
  await clients.writer.close()
  clients.release()
}

const until = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version)

test('a new folder has what the code says: columns, keys and views', async () => {
  const store = await opened()
  for (const table of [...INSERT_TABLES.values(), ...ROLLUPS, ...VERDICT_ROLLUPS]) {
    const columns = await store.read<{ name: string; type: string; codec: string }>(
      `SELECT name, type, compression_codec AS codec FROM system.columns WHERE database = 'tapmesh' AND table = '${table.name}' ORDER BY position`,
    )
    const found = columns.map(({ name, type, codec }) => `${name} ${type} ${codec}`.trim())
    const wanted = table.columns.map(({ name, type }) => `${name} ${type}`)
    expect([table.name, found.toSorted()]).toEqual([table.name, wanted.toSorted()])
    const [keys] = await store.read<{ sorting_key: string; partition_key: string }>(
      `SELECT sorting_key, partition_key FROM system.tables WHERE database = 'tapmesh' AND name = '${table.name}'`,
    )
    const { sorting_key, partition_key } = keys!
    expect([sorting_key.replace(/^\((\w+)\)$/, '$1'), partition_key]).toEqual([table.order, table.partition])
  }
  for (const { name, select } of [...ROLLUPS, ...VERDICT_ROLLUPS]) {
    const [view] = await store.read<{ found: string; wanted: string }>(
      `SELECT formatQuerySingleLine(as_select) AS found, formatQuerySingleLine({select:String}) AS wanted
       FROM system.tables WHERE database = 'tapmesh' AND name = '${name}_view'`,
      { select },
    )
    expect([name, view!.found]).toEqual([name, view!.wanted])
  }
})

test('a folder of the release before keeps its calls, and routes are told apart by protocol from then on', async () => {
  await oldFolder(until(3), LINE_COLUMN_NAMES)
  const store = await opened()
  const calls = [
    record({ route: 'orders', protocol: 'http' }),
    record({ route: 'orders', protocol: 'postgres' as 'http' }),
  ]
  await store.insertCalls([blockOf(calls)], 'new')
  expect(await store.read('SELECT count() AS n FROM tapmesh.calls')).toEqual([{ n: 4 }])
  for (const table of ['route_1m', 'route_1h']) {
    const rows = await store.read(
      `SELECT route, protocol, sum(calls) AS calls FROM tapmesh.${table} GROUP BY route, protocol ORDER BY route, protocol`,
    )
    expect(rows).toEqual([
      { route: '/cart/{id}', protocol: '', calls: 1 },
      { route: '/old', protocol: '', calls: 1 },
      { route: 'orders', protocol: 'http', calls: 1 },
      { route: 'orders', protocol: 'postgres', calls: 1 },
    ])
  }
})

test('a column that a folder lacks is added, and a rollup by the day', async () => {
  const without = until(3).map(({ version, sql }) => ({
    version,
    sql: sql
      .replace(/,\n {2}attributes Map.*/, ',')
      .split(';\n')
      .filter((statement) => !statement.includes('edge_1d'))
      .join(';\n'),
  }))
  await oldFolder(
    without,
    LINE_COLUMN_NAMES.filter((name) => name !== 'attributes'),
  )
  const store = await opened()
  await store.insertCalls([blockOf([record({ attributes: { k: 'v' } })])], 'new')
  expect(await store.read('SELECT attributes FROM tapmesh.calls ORDER BY mapKeys(attributes)')).toEqual([
    { attributes: {} },
    { attributes: {} },
    { attributes: { k: 'v' } },
  ])
  expect(await store.read('SELECT sum(calls) AS calls FROM tapmesh.edge_1d')).toEqual([{ calls: 1 }])
})

test('statements are filled in for a cluster', () => {
  const [first] = statementsOf(MIGRATIONS[0]!, clusterPlacement('main'))
  expect(first).toContain("tapmesh.calls ON CLUSTER 'main' (")
  expect(first).toContain('ENGINE = ReplicatedMergeTree')
  expect(first).toContain(' replicated_deduplication_window = 10000')
  for (const migration of MIGRATIONS)
    for (const sql of statementsOf(migration, SINGLE_NODE)) expect(sql).not.toMatch(/\{[a-z_]+\}|;\s*$/)
})

test('a migration that was cut off is done again from its start, and one that is done is not', async () => {
  const run: string[] = []
  const present = MIGRATIONS.at(-1)!.version
  let failAt = 3
  const traced: Pick<Store, 'read' | 'command'> = {
    read: async <Row>(sql: string) =>
      (sql.includes('system.columns') ? CALLS.columns : [{ version: present }]) as Row[],
    command: async (sql) => {
      if (failAt-- === 0) throw new Error('killed')
      run.push(sql)
    },
  }
  const next = present + 1
  const two = [...MIGRATIONS, { version: next, sql: 'ALTER one;\nALTER two;\n' }]
  await expect(migrate(traced, SINGLE_NODE, two)).rejects.toThrow('killed')
  expect(run.some((sql) => sql.includes(`'schema-${next}'`))).toBe(false)
  failAt = -1
  await migrate(traced, SINGLE_NODE, two)
  expect(run.filter((sql) => sql.startsWith('ALTER'))).toEqual(['ALTER one', 'ALTER one', 'ALTER two'])
  expect(run.at(-1)).toContain(`'schema-${next}'`)
})

test('migrating again changes nothing, and data of a newer tapmesh are refused', async () => {
  const store = await opened()
  await store.insertCalls([blockOf([record()])], 'one')
  await migrate(store, SINGLE_NODE)
  expect(await store.read('SELECT count() AS n FROM tapmesh.calls')).toEqual([{ n: 1 }])
  await store.command('INSERT INTO tapmesh.schema_version (version, at) VALUES (99, now64(3))')
  await expect(migrate(store, SINGLE_NODE)).rejects.toMatchObject({ code: 'TAPMESH_STORE_SCHEMA' })
})
