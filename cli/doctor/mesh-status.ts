import type { StatusAnswer, TapStatus } from '../../graph-api/contract.ts'
import { ago, bytes, count } from '../print/quantity.ts'
import type { Finding } from './finding.ts'
import { fault, note, ok } from './finding.ts'

/** What a running mesh says of itself, judged. Pure: `now` is milliseconds since 1970. */

/** Heartbeats come every 10 s, so three in a row were missed. */
const TAP_SILENT_MS = 35_000
const SKEW_MS_MAX = 1_000
const PENDING_ROWS_MAX = 500_000

function storeFinding({ store }: StatusAnswer): Finding {
  if (!store.ok) {
    return fault(
      'Store',
      store.error ?? 'does not answer',
      'See the lines that "tapmesh up" printed; nothing accepted is lost meanwhile.',
    )
  }
  return ok('Store', `${store.kind}, ${store.engine}: ${count(store.rows)} rows, ${bytes(store.bytes)}`)
}

function ingestFindings({ ingest }: StatusAnswer, now: number): Finding[] {
  const found: Finding[] = []
  if (ingest.last_error !== null) {
    found.push(
      fault(
        'Ingest',
        ingest.last_error,
        'What was accepted waits in the write-ahead log; free disk space or mend the store.',
      ),
    )
  } else if (ingest.pending_rows > PENDING_ROWS_MAX) {
    found.push(
      note(
        'Ingest',
        `${count(ingest.pending_rows)} rows wait for the store`,
        'Wait, or see whether the store is slow.',
      ),
    )
  } else {
    const otlp = ingest.otlp_rows > 0 ? ` (${count(ingest.otlp_rows)} by OTLP)` : ''
    found.push(
      ok(
        'Ingest',
        `${count(ingest.accepted_rows)} rows accepted${otlp}, last stored ${ago(ingest.last_insert, now)}`,
      ),
    )
  }
  if (ingest.quarantined_rows > 0) {
    found.push(
      note(
        'Unreadable rows',
        `${count(ingest.quarantined_rows)} were put aside`,
        'Bring taps and collector to the same version.',
      ),
    )
  }
  return found
}

function tapFindings(tap: TapStatus, now: number): Finding[] {
  const name = `Tap ${tap.tap}`
  const found: Finding[] = []
  const silent = now - Date.parse(tap.last_seen) > TAP_SILENT_MS
  found.push(
    silent
      ? note(
          name,
          `silent: last seen ${ago(tap.last_seen, now)}`,
          'Start it again, or see whether it reaches the collector.',
        )
      : ok(name, `${tap.service}, ${count(tap.rows)} rows, last seen ${ago(tap.last_seen, now)}`),
  )
  const dropped = Object.entries(tap.dropped).filter(([, rows]) => rows > 0)
  if (dropped.length > 0) {
    const list = dropped.map(([reason, rows]) => `${reason} ${count(rows)}`).join(', ')
    found.push(
      fault(
        name,
        `dropped rows: ${list}`,
        'Raise the buffer of that tap, or see why the collector was slow or away.',
      ),
    )
  }
  if (tap.gaps > 0)
    found.push(
      fault(name, `${count(tap.gaps)} batches never arrived`, 'See the log of that tap for refused batches.'),
    )
  if (!silent && Math.abs(tap.clock_skew_ms) > SKEW_MS_MAX) {
    found.push(
      fault(
        name,
        `its clock is off by ${tap.clock_skew_ms} ms`,
        'timedatectl set-ntp true    on that machine',
      ),
    )
  }
  return found
}

export function meshFindings(status: StatusAnswer, now: number): Finding[] {
  const found = [storeFinding(status), ...ingestFindings(status, now)]
  if (status.taps.length === 0 && status.ingest.otlp_rows === 0) {
    found.push(
      note(
        'Taps',
        'none has reported yet',
        'tapmesh tap --service orders --listen 8080 --to 127.0.0.1:3000 --collector http://127.0.0.1:7401',
      ),
    )
  }
  const { newest } = status.store
  if (newest !== null) found.push(ok('Calls', `newest ${ago(newest, now)}`))
  else if (status.taps.length > 0)
    found.push(note('Calls', 'none yet', 'Send a request through the port of the tap.'))
  return [...found, ...status.taps.flatMap((tap) => tapFindings(tap, now))]
}
