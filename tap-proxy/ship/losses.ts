/**
 * Why records were lost. `overflow`: the queue was full. `rejected`: the collector examined the batch
 * and found it bad. `shutdown`: the shutdown grace period expired. `fault`: the row could not be
 * written. `access_log`: a line of the access log could not be written.
 */
export const LOSS_REASONS = ['overflow', 'rejected', 'shutdown', 'fault', 'access_log'] as const
export type LossReason = (typeof LOSS_REASONS)[number]
export type LossCounts = Readonly<Record<LossReason, number>>

export const NO_LOSSES: LossCounts = { overflow: 0, rejected: 0, shutdown: 0, fault: 0, access_log: 0 }

/** Counts of lost records since the process started. */
export class Losses {
  readonly counts: Record<LossReason, number> = { ...NO_LOSSES }

  add(reason: LossReason, records: number): void {
    this.counts[reason] += records
  }

  /** The counts as they are now. */
  snapshot(): LossCounts {
    return { ...this.counts }
  }
}

/**
 * `overflow=12,rejected=3` for the batch's header: call records only, and only what is not zero.
 * @param since what the collector learned under another boot id
 */
export function lossHeader(counts: LossCounts, since: LossCounts): string {
  return LOSS_REASONS.filter((reason) => reason !== 'access_log')
    .map((reason) => [reason, counts[reason] - since[reason]] as const)
    .filter(([, lost]) => lost > 0)
    .map(([reason, lost]) => `${reason}=${lost}`)
    .join(',')
}
