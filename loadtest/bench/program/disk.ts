/**
 * Stores seeded traffic, merges it, and prints what it takes on disk as one line of JSON.
 * Arguments: data folder, rows, sides (both, server).
 */

import type { CallRecord } from '../../../model/call.ts'
import { openStore } from '../../../store/open.ts'
import { blockOf } from '../../../store/row-block.ts'
import { DATABASE } from '../../../store/tables.ts'
import { DEMO_TRAFFIC, Traffic } from '../traffic/traffic.ts'

const [dataFolder, rows, sides] = process.argv.slice(2) as [string, string, 'both' | 'server']
const BLOCK_ROWS = 50_000
/** A day of traffic, ending an hour ago. */
const SPAN_US = 86_400e6

const store = await openStore({ dataFolder })
const traffic = new Traffic({ ...DEMO_TRAFFIC, sides })
const perTrace = DEMO_TRAFFIC.calls_per_trace * (sides === 'both' ? 2 : 1)
const step_us = Math.floor((SPAN_US * perTrace) / Number(rows))
let ts = Date.now() * 1000 - SPAN_US - 3600e6
let block: CallRecord[] = []
let stored = 0

async function flush(): Promise<void> {
  await store.insertCalls([blockOf(block)], `disk-${stored}`)
  stored += block.length
  block = []
}

while (stored + block.length < Number(rows)) {
  block.push(...traffic.trace(ts))
  ts += step_us
  if (block.length >= BLOCK_ROWS) await flush()
}
if (block.length > 0) await flush()

const tables = await store.read<{ name: string }>(
  `SELECT name FROM system.tables WHERE database = '${DATABASE}' AND (name = 'calls' OR name LIKE 'edge%' OR name LIKE 'route%') AND engine LIKE '%MergeTree'`,
)
for (const { name } of tables) await store.command(`OPTIMIZE TABLE ${DATABASE}.${name} FINAL`)
const parts = await store.read<{ name: string; bytes: number; rows: number }>(
  `SELECT table AS name, sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts WHERE active AND database = '${DATABASE}' GROUP BY table`,
)
const calls = parts.find(({ name }) => name === 'calls')!
const rollups = parts
  .filter(({ name }) => /^(edge|route)/.test(name))
  .reduce((sum, { bytes }) => sum + bytes, 0)
await store.close()
console.log(
  JSON.stringify({
    bytes_per_call: calls.bytes / calls.rows,
    rollup_bytes_per_call: rollups / calls.rows,
    rows: calls.rows,
  }),
)
