import { statfs } from 'node:fs/promises'
import { ROLLUPS } from './rollups.ts'
import type { Store } from './store.ts'
import { CALLS, DATABASE, QUARANTINE, TAPS, type Table } from './tables.ts'
import { VERDICT_ROLLUPS } from './verdict-rollups.ts'

/** How long and how much is kept. Rollups are small and outlive the calls they were made from. */
export interface RetentionSettings {
  /** Days by table; a table that is not named is kept for good. */
  days: Readonly<Record<string, number>>
  /** Bytes of all tables together; past it the oldest calls go first. */
  bytes_max: number
  /** Share of the disk in use, 0..1, past which the oldest calls go too. */
  disk_share_max: number
}

export const RETENTION_DEFAULTS: RetentionSettings = {
  days: {
    calls: 7,
    edge_10s: 1,
    edge_1m: 14,
    edge_1h: 400,
    edge_1d: 400,
    route_1m: 7,
    route_1h: 90,
    verdict_10s: 2,
    verdict_1h: 400,
    taps: 60,
    quarantine: 60,
  },
  bytes_max: 20 * 1024 ** 3,
  disk_share_max: 0.9,
}

const TABLES: readonly Table[] = [CALLS, TAPS, QUARANTINE, ...ROLLUPS, ...VERDICT_ROLLUPS]

/** Order in which tables give way: calls first, the coarsest rollup last. */
const GIVE_WAY = [
  'calls',
  'edge_10s',
  'verdict_10s',
  'route_1m',
  'edge_1m',
  'route_1h',
  'verdict_1h',
  'edge_1h',
  'edge_1d',
]

/** Lets each table forget rows past its days; run at every start, so that changed days count. */
export async function applyDays(store: Store, days: RetentionSettings['days']): Promise<void> {
  const found = await store.read<{ name: string; text: string }>(
    `SELECT name, create_table_query AS text FROM system.tables WHERE database = '${DATABASE}'`,
  )
  for (const { name, time } of TABLES) {
    const kept = days[name]
    const text = found.find((row) => row.name === name)?.text
    if (text === undefined || time === undefined || kept === undefined) continue
    // The server writes the same expression its own way, so only the number of days is compared.
    if (text.includes(`toIntervalDay(${Math.ceil(kept)})`)) continue
    await store.command(
      `ALTER TABLE ${DATABASE}.${name} MODIFY TTL ${time} + toIntervalDay(${Math.ceil(kept)}) SETTINGS materialize_ttl_after_modify = 0`,
    )
  }
}

interface Partition {
  name: string
  partition_id: string
  bytes: number
  newest_s: number
}

async function partitions(store: Store): Promise<Partition[]> {
  return store.read<Partition>(
    [
      'SELECT table AS name, partition_id, sum(bytes_on_disk) AS bytes,',
      // Tables by the month know the time of a row no better than by their dates.
      'toUnixTimestamp(greatest(max(max_time), toDateTime(max(max_date)))) AS newest_s',
      `FROM system.parts WHERE active AND database = '${DATABASE}' GROUP BY name, partition_id`,
      'ORDER BY partition_id',
    ].join(' '),
  )
}

/** Share of the disk under a folder that is in use, 0..1; what the system keeps for itself counts as used. */
export async function diskShare(folder: string): Promise<number> {
  const { blocks, bavail } = await statfs(folder)
  return blocks === 0 ? 0 : 1 - bavail / blocks
}

export interface Dropped {
  table: string
  partition: string
  bytes: number
}

/**
 * Drops what is past its days or its share, whole partitions at a time, oldest first.
 * @param now_ms wall clock @param share share of the disk in use, see `diskShare`
 * @returns what was dropped
 */
export async function sweep(
  store: Store,
  settings: RetentionSettings,
  now_ms: number,
  share: number,
): Promise<Dropped[]> {
  let found = await partitions(store)
  const dropped: Dropped[] = []
  const drop = async (partition: Partition): Promise<void> => {
    const { name, partition_id, bytes } = partition
    await store.command(`ALTER TABLE ${DATABASE}.${name} DROP PARTITION ID '${partition_id}'`)
    found = found.filter((other) => other !== partition)
    dropped.push({ table: name, partition: partition_id, bytes })
  }
  for (const partition of [...found]) {
    const days = settings.days[partition.name]
    const aged = days !== undefined && partition.newest_s * 1000 < now_ms - days * 86_400_000
    if (aged && partition.newest_s > 0) await drop(partition)
  }
  let full = share > settings.disk_share_max
  const over = (): boolean => found.reduce((sum, { bytes }) => sum + bytes, 0) > settings.bytes_max
  while (full || over()) {
    const victim = oldest(found)
    if (!victim) break
    await drop(victim)
    // One partition a sweep for a full disk: others may be filling it, and calls should not all go for them.
    full = false
  }
  return dropped
}

/** Oldest partition of the first table that has more than one; the newest partition is being written. */
function oldest(found: readonly Partition[]): Partition | undefined {
  for (const name of GIVE_WAY) {
    const own = found.filter((partition) => partition.name === name)
    if (own.length > 1) return own[0]
  }
  return undefined
}
