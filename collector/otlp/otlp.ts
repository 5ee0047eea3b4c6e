import { OTLP_TAP } from '../../model/call.ts'
import type { AcceptedBatch } from '../ingest/accepted.ts'
import type { Intake } from '../ingest/intake.ts'
import type { Quarantine } from '../ingest/quarantine.ts'
import type { Counts } from '../metrics/metrics.ts'
import type { GraphLabels } from '../metrics/service-graph.ts'
import { NAME_LIMITS, Names } from './names.ts'
import { GENERATION_MS, Peers } from './peers.ts'
import { SpanRows } from './row.ts'
import { OtlpSpans } from './spans.ts'
import { learnFromRows } from './tap-rows.ts'

/** Rows of the batches held for the first spans: some seconds of a busy mesh, some megabytes. */
const HELD_ROWS_MAX = 20_000

/** What the OTLP receiver shares with the rest of the collector. */
export interface OtlpParts {
  intake: Intake
  quarantine: Quarantine
  counts: Counts
  /** Told of a caller's span whose callee nobody reported in time. */
  onUnpaired(call: GraphLabels): void
  onWarning(text: string): void
}

/** The OTLP receiver: spans in, rows to the intake, names learned from both. */
export class Otlp {
  readonly spans: OtlpSpans
  readonly #names: Names
  readonly #peers: Peers
  /** Newest batches of taps before the first span, oldest first; undefined from then on. */
  #held: AcceptedBatch[] | undefined = []
  #heldRows = 0
  /** What waits for its other side grows old also where no span comes any more. */
  readonly #clock: NodeJS.Timeout

  constructor({ intake, quarantine, counts, onUnpaired, onWarning }: OtlpParts) {
    this.#names = new Names((kind) =>
      onWarning(
        `more than ${NAME_LIMITS[kind]} distinct ${kind} came in by OTLP within an hour; the rest is __other__`,
      ),
    )
    this.#peers = new Peers(({ client, server, connection_type }) => {
      // A database tells no spans, so there is nothing to wait for.
      if (connection_type !== 'database') onUnpaired({ client, server, connection_type })
    })
    this.#clock = setInterval(() => this.#peers.turn(), GENERATION_MS)
    this.#clock.unref()
    this.spans = new OtlpSpans({
      rows: new SpanRows(this.#names, this.#peers),
      begin: () => this.#begin(),
      intake,
      quarantine,
      counts,
    })
  }

  /** Names replaced by `__other__` since the start. */
  get overflowed(): number {
    return this.#names.overflowed
  }

  /**
   * Looks at a batch of a tap for names of addresses. Until the first span comes the newest batches
   * are only held, since taps tell of a call before its program does.
   */
  saw(batch: AcceptedBatch): void {
    if (batch.tap === OTLP_TAP) return
    if (this.#held === undefined) {
      learnFromRows(batch.blocks, this.#peers)
      return
    }
    this.#held.push(batch)
    this.#heldRows += batch.rows
    while (this.#heldRows > HELD_ROWS_MAX) this.#heldRows -= this.#held.shift()!.rows
  }

  /** From the first spans on every batch is looked at as it comes. */
  #begin(): void {
    for (const { blocks } of this.#held ?? []) learnFromRows(blocks, this.#peers)
    this.#held = undefined
  }

  stop(): void {
    clearInterval(this.#clock)
  }
}
