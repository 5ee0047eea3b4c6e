/**
 * A retry budget: every call puts in a share of a token, every retry takes one, what was put in or
 * taken counts for `interval`; on top a steady number is always allowed. The arithmetic of Finagle's
 * RetryBudget under the names of GEP-3388.
 */
const SLOTS = 10

export interface RetryBudget {
  /** Tokens put in minus taken, by slot of time. */
  readonly slots: Float64Array
  /** Number of the newest slot since 1970. */
  newest: number
  sum: number
}

export function createBudget(): RetryBudget {
  return { slots: new Float64Array(SLOTS), newest: 0, sum: 0 }
}

/** Forgets what is older than the interval; a clock that went back changes nothing. */
function advance(budget: RetryBudget, now_us: number, interval_us: number): void {
  const slot = Math.floor(now_us / (interval_us / SLOTS))
  if (slot <= budget.newest) return
  if (slot - budget.newest >= SLOTS) {
    budget.slots.fill(0)
    budget.sum = 0
  } else {
    for (let at = budget.newest + 1; at <= slot; at++) {
      budget.sum -= budget.slots[at % SLOTS]!
      budget.slots[at % SLOTS] = 0
    }
  }
  budget.newest = slot
}

function add(budget: RetryBudget, tokens: number): void {
  budget.slots[budget.newest % SLOTS]! += tokens
  budget.sum += tokens
}

/** A call was made. @param share tokens of one call, 0.2 for 20 percent */
export function deposit(budget: RetryBudget, now_us: number, interval_us: number, share: number): void {
  advance(budget, now_us, interval_us)
  add(budget, share)
}

/** Takes a token where one is left. @param reserve tokens that are always there in an interval */
export function withdraw(budget: RetryBudget, now_us: number, interval_us: number, reserve: number): boolean {
  advance(budget, now_us, interval_us)
  // Shares such as 0.2 do not add up exactly.
  if (budget.sum + reserve < 1 - 1e-9) return false
  add(budget, -1)
  return true
}
