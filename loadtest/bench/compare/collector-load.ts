import { setTimeout as pause } from 'node:timers/promises'
import { TapmeshError } from '../../../model/error.ts'
import type { RunningCollector } from '../peer/collector.ts'
import type { Bench } from '../round/measure.ts'

/** What the sender program prints. */
export interface SenderOutcome {
  sent: number
  accepted: number
  quarantined: number
  /** Answers 429 and 503, after which a batch was sent again. */
  refused: number
  seconds: number
  batch_p50_ms: number
}

/**
 * Sends rows to the collector from the load's core; `calls_per_s` 0 is as many as it takes.
 * @throws TapmeshError where the collector did not accept every row
 */
export async function sendCalls(
  bench: Bench,
  collector: RunningCollector,
  calls_per_s: number,
  seconds: number,
): Promise<SenderOutcome> {
  const out = await bench.children.run({
    command: process.execPath,
    args: [
      `${import.meta.dirname}/../program/sender.ts`,
      collector.url,
      collector.token,
      String(calls_per_s),
      String(seconds),
    ],
    core: bench.cores.load,
  })
  const outcome = JSON.parse(out) as SenderOutcome
  if (outcome.accepted !== outcome.sent) {
    throw new TapmeshError(
      'TAPMESH_INTERNAL',
      `of ${outcome.sent} rows ${outcome.accepted} were accepted and ${outcome.quarantined} put aside`,
      'The sender writes rows that model/row.ts encodes; compare it with what the collector checks.',
    )
  }
  return outcome
}

const POLL_MS = 100
const DRAIN_MS = 60_000

/** Waits until every accepted row is in the store. @throws TapmeshError after a minute */
export async function drained(collector: RunningCollector): Promise<void> {
  const deadline = Date.now() + DRAIN_MS
  while (Date.now() < deadline) {
    const answer = await fetch(`${collector.api}/api/v1/status`)
    const { ingest } = (await answer.json()) as { ingest: { pending_rows: number } }
    if (ingest.pending_rows === 0) return
    await pause(POLL_MS)
  }
  throw new TapmeshError(
    'TAPMESH_STORE_UNAVAILABLE',
    'accepted rows were still pending after a minute',
    'Ask /api/v1/status for the last error of the ingest.',
  )
}
