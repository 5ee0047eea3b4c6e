/**
 * Fills a store with seeded calls over seven days, 200 edges seen from both sides, and merges it as
 * time would have. Prints a line about its progress now and then.
 * Arguments: data folder, rows, end of the window (seconds since 1970).
 */
import { openStore } from '../../../store/open.ts'
import { RETENTION_DEFAULTS, sweep } from '../../../store/retention.ts'
import { ROLLUPS } from '../../../store/rollups.ts'
import { DATABASE } from '../../../store/tables.ts'
import { fillStatements } from '../traffic/fill.ts'

const dataFolder = process.argv[2]!
const [rows, to_s] = process.argv.slice(3, 5).map(Number) as [number, number]
const WINDOW_S = 7 * 86_400

const store = await openStore({ dataFolder })
for (const statement of fillStatements(`${DATABASE}.calls`, {
  rows,
  from_s: to_s - WINDOW_S,
  to_s,
  seed: 1,
})) {
  await store.command(statement)
}
// What seven days of running would have dropped meanwhile: the finest rollup is kept for a day.
const days = { ...RETENTION_DEFAULTS.days, calls: 30 }
await sweep(store, { days, bytes_max: Number.POSITIVE_INFINITY, disk_share_max: 1 }, to_s * 1000, 0)
// Routes are not asked for; merging them would take as long as all the rest.
const asked = ROLLUPS.filter(({ name }) => name.startsWith('edge_'))
for (const { name } of asked) await store.command(`OPTIMIZE TABLE ${DATABASE}.${name} FINAL`)
const [count] = await store.read<{ rows: number }>(`SELECT count() AS rows FROM ${DATABASE}.calls`)
await store.close()
console.log(JSON.stringify({ rows: count?.rows ?? 0 }))
