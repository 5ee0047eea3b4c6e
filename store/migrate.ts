import { TapmeshError } from '../model/error.ts'
import { createView } from './rollup-table.ts'
import { ROLLUPS } from './rollups.ts'
import type { Store } from './store.ts'
import {
  AUDIT,
  CALLS,
  CONFIG,
  createTable,
  DATABASE,
  FORECASTS,
  type Placement,
  POSITIONS,
  QUARANTINE,
  ROLLOUTS,
  SCHEMA_VERSION,
  TAPS,
} from './tables.ts'
import { VERDICT_ROLLUPS } from './verdict-rollups.ts'

/**
 * One step of the schema. Every statement may run again: a process that was killed in mid-migration
 * starts the same step anew, and only a complete step is written to schema_version.
 */
export interface Migration {
  version: number
  statements(placement: Placement): readonly string[]
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: (placement) => [
      ...[CALLS, TAPS, QUARANTINE, POSITIONS, ...ROLLUPS].map((table) => createTable(table, placement)),
      ...ROLLUPS.map((rollup) => createView(rollup, placement)),
    ],
  },
  {
    version: 2,
    statements: (placement) => [
      ...[...VERDICT_ROLLUPS, FORECASTS, ROLLOUTS].map((table) => createTable(table, placement)),
      ...VERDICT_ROLLUPS.map((rollup) => createView(rollup, placement)),
    ],
  },
  { version: 3, statements: (placement) => [CONFIG, AUDIT].map((table) => createTable(table, placement)) },
]

/**
 * Brings the schema up to date.
 * @throws TapmeshError TAPMESH_STORE_SCHEMA where the data was written by a newer tapmesh
 */
export async function migrate(
  store: Pick<Store, 'read' | 'command'>,
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
    for (const statement of migration.statements(placement)) await store.command(statement)
    // The token makes a repeated line harmless where two collectors migrate one server.
    await store.command(
      `INSERT INTO ${DATABASE}.${SCHEMA_VERSION.name} (version, at) SETTINGS insert_deduplication_token = 'schema-${migration.version}' SELECT ${migration.version}, now64(3)`,
    )
  }
}
