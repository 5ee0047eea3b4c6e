import type { StatusAnswer, TapStatus } from '../../graph-api/contract.ts'
import { ageText, wholeText } from '../../picture/format.ts'

/** What is not well with tapmesh itself, each with what it means and what to do. */

export interface Finding {
  severity: 'bad' | 'warn'
  what: string
  advice: string
}

/** A heartbeat comes every 10 s; three missed ones are silence. */
export const SILENT_S = 35
/** Clocks further apart than this mix up the order of calls. */
export const SKEW_MS_MAX = 500
/** So many rows on their way to the store are more than the seconds between two inserts explain. */
const WAITING_ROWS_MAX = 500_000

export const droppedOf = (tap: TapStatus): number =>
  Object.values(tap.dropped).reduce((sum, count) => sum + count, 0)

/** Seconds since an RFC 3339 instant. */
export const secondsSince = (instant: string, now_ms: number): number =>
  Math.max(0, (now_ms - Date.parse(instant)) / 1000)

function storeFindings({ store, ingest }: StatusAnswer): Finding[] {
  const found: Finding[] = []
  if (!store.ok) {
    found.push({
      severity: 'bad',
      what: `The store is not working: ${store.error ?? 'it does not say why'}`,
      advice:
        'Taps go on relaying; calls wait in the write-ahead log until the store is back. node cli/tapmesh.mjs doctor looks closer.',
    })
  }
  if (ingest.last_error !== null && store.ok) {
    found.push({
      severity: 'warn',
      what: `The last insert failed: ${ingest.last_error}`,
      advice: 'It is tried again by itself; the rows wait in the write-ahead log.',
    })
  }
  if (ingest.pending_rows > WAITING_ROWS_MAX) {
    found.push({
      severity: 'warn',
      what: `${wholeText(ingest.pending_rows)} rows wait to be stored`,
      advice:
        'The store is slower than the calls come: pages lag behind. Give it more CPU, or a server of its own.',
    })
  }
  if (ingest.quarantined_rows > 0) {
    found.push({
      severity: 'warn',
      what: `${wholeText(ingest.quarantined_rows)} rows were unreadable and are put aside`,
      advice: 'Mostly a tap of another version: compare the versions below.',
    })
  }
  return found
}

function tapFindings(tap: TapStatus, now_ms: number): Finding[] {
  const found: Finding[] = []
  const silent_s = secondsSince(tap.last_seen, now_ms)
  if (silent_s > SILENT_S) {
    found.push({
      severity: 'bad',
      what: `Tap ${tap.tap} is silent for ${ageText(silent_s)}`,
      advice: 'It was stopped, or cannot reach the collector; calls through it are not recorded meanwhile.',
    })
  }
  const dropped = droppedOf(tap)
  if (dropped > 0) {
    found.push({
      severity: 'warn',
      what: `Tap ${tap.tap} dropped ${wholeText(dropped)} rows (${Object.keys(tap.dropped).join(', ')})`,
      advice: 'Its queue was full while the collector did not take them. The calls themselves went on.',
    })
  }
  if (tap.gaps > 0) {
    found.push({
      severity: 'warn',
      what: `${wholeText(tap.gaps)} ${tap.gaps === 1 ? 'batch' : 'batches'} of tap ${tap.tap} never came`,
      advice: 'It was killed, or lost its connection for long; what was in them is lost.',
    })
  }
  if (Math.abs(tap.clock_skew_ms) > SKEW_MS_MAX) {
    found.push({
      severity: 'warn',
      what: `The clock of tap ${tap.tap} is ${wholeText(Math.abs(tap.clock_skew_ms))} ms off`,
      advice: 'Set it by NTP; until then its calls stand at a wrong time.',
    })
  }
  return found
}

/** Worst first. @param now_ms wall clock */
export function findingsOf(status: StatusAnswer, now_ms: number): Finding[] {
  const found = [...storeFindings(status), ...status.taps.flatMap((tap) => tapFindings(tap, now_ms))]
  return found.sort((a, b) => Number(b.severity === 'bad') - Number(a.severity === 'bad'))
}
