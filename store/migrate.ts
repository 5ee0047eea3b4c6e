import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TapmeshError } from '../model/error.ts'
import type { Store } from './store.ts'
import { CALLS, createTable, DATABASE, type Placement, SCHEMA_VERSION } from './tables.ts'

/**
 * One step of the schema. Every statement may run again: a process that was killed in mid-migration
 * starts the same step again, and only a complete step is written to schema_version.
 */
export interface Migration {
  version: number
  /** Statements with the placeholders of `statementsOf`. */
  sql: string
}

const FOLDER = join(import.meta.dirname, 'migration')

/**
 * The steps are history: texts in store/migration/ that are never changed once they were released. What
 * the code says of a table today may differ; a test compares the two.
 */
export const MIGRATIONS: readonly Migration[] = readdirSync(FOLDER)
  .filter((name) => /^\d{4}-.*\.sql$/.test(name))
  .sort()
  .map((name) => ({ version: Number(name.slice(0, 4)), sql: readFileSync(join(FOLDER, name), 'utf8') }))

/** The statements of a step: `{on_cluster}`, `{replicated}` and `{deduplication_window}` are filled in. */
export function statementsOf({ sql }: Migration, { onCluster, enginePrefix }: Placement): string[] {
  const window =
    enginePrefix === '' ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window'
  return sql
    .replaceAll(/^--.*\n/gm, '')
    .replaceAll('{on_cluster}', onCluster)
    .replaceAll('{replicated}', enginePrefix)
    .replaceAll('{deduplication_window}', window)
    .split(/;\n+/)
    .filter((statement) => statement.trim() !== '')
}

type MigratedStore = Pick<Store, 'read' | 'command'>

/**
 * Brings the schema up to date.
 * @throws TapmeshError TAPMESH_STORE_SCHEMA where the data was written by a newer tapmesh
 */
export async function migrate(
  store: MigratedStore,
  placement: Placement,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await store.command(`CREATE DATABASE IF NOT EXISTS ${DATABASE}${placement.onCluster}`)
  await store.command(createTable(SCHEMA_VERSION, placement))
  const [found] = await store.read<{ version: number }>(
    `SELECT max(version) AS version FROM ${DATABASE}.${SCHEMA_VERSION.name}`,
  )
  const present = found?.version ?? 0
  const newest = migrations.at(-1)?.version ?? 0
  if (present > newest) {
    throw new TapmeshError(
      'TAPMESH_STORE_SCHEMA',
      `the store has schema ${present}, this tapmesh knows schemas up to ${newest}`,
      'Start a tapmesh at least as new as the one that wrote the data, or name another data folder.',
    )
  }
  for (const migration of migrations) {
    if (migration.version <= present) continue
    for (const statement of statementsOf(migration, placement)) await store.command(statement)
    // The token makes a repeated line harmless where two collectors migrate one server.
    await store.command(
      `INSERT INTO ${DATABASE}.${SCHEMA_VERSION.name} (version, at) SETTINGS insert_deduplication_token = 'schema-${migration.version}' SELECT ${migration.version}, now64(3)`,
    )
  }
  await addColumns(store, placement)
}

/**
 * Columns of model/column.ts that `calls` lacks. They need no step of their own: an older version
 * inserts without them, and rows from before have the default of the type.
 */
async function addColumns(store: MigratedStore, { onCluster }: Placement): Promise<void> {
  const present = await store.read<{ name: string }>(
    `SELECT name FROM system.columns WHERE database = '${DATABASE}' AND table = '${CALLS.name}'`,
  )
  const names = new Set(present.map(({ name }) => name))
  const missing = CALLS.columns.filter(({ name }) => !names.has(name))
  for (const { name, type } of missing) {
    await store.command(
      `ALTER TABLE ${DATABASE}.${CALLS.name}${onCluster} ADD COLUMN IF NOT EXISTS ${name} ${type}`,
    )
  }
}
