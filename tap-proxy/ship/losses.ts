/**
 * Why records were lost. `overflow`: the queue was full. `rejected`: the collector refused the batch
 * for good. `shutdown`: the grace ended first. `fault`: the row could not be written. `access_log`:
 * a line of the access log could not be written.
 */
export const LOSS_REASONS = ['overflow', 'rejected', 'shutdown', 'fault', 'access_log'] as const
export type LossReason = (typeof LOSS_REASONS)[number]
export type LossCounts = Readonly<Record<LossReason, number>>

/** Counts of lost records since the process started. */
export class Losses {
  readonly counts: Record<LossReason, number> = {
    overflow: 0,
    rejected: 0,
    shutdown: 0,
    fault: 0,
    access_log: 0,
  }

  add(reason: LossReason, records: number): void {
    this.counts[reason] += records
  }

  /** The counts as they are now. */
  snapshot(): LossCounts {
    return { ...this.counts }
  }

  /**
   * `overflow=12,rejected=3` for the batch's header: call records only, and only what is not zero.
   * @param since what another boot id has told already
   */
  header(since: LossCounts): string {
    return LOSS_REASONS.filter((reason) => reason !== 'access_log')
      .map((reason) => [reason, this.counts[reason] - since[reason]] as const)
      .filter(([, lost]) => lost > 0)
      .map(([reason, lost]) => `${reason}=${lost}`)
      .join(',')
  }
}
