/**
 * Service level objectives: what is promised of a service, and how fast the promise is being used up.
 * The windows and thresholds are those of the SRE workbook, chapter 5 (multi-window, multi-burn-rate
 * alerts): a page while 2 % of a 30-day budget goes in an hour, and while 5 % goes in six.
 */

/** `availability` counts failed calls as bad, `latency` counts calls slower than a threshold. */
export const SLIS = ['availability', 'latency'] as const
export type Sli = (typeof SLIS)[number]

export interface Slo {
  /** Called service. */
  service: string
  sli: Sli
  /** Share of calls that have to be good, above 0 and below 1. */
  objective: number
  /** Calls above it are bad, microseconds; 0 for availability. */
  threshold_us: number
  /** Length of the window the budget is for, seconds. */
  window_s: number
}

/** The windows burn is read over, seconds. */
export const BURN_WINDOWS = { burn_5m: 300, burn_30m: 1800, burn_1h: 3600, burn_6h: 21_600 } as const
export type BurnWindow = keyof typeof BURN_WINDOWS
export type Burns = Record<BurnWindow, number>

/** A long window says that it matters, its short one that it still goes on. */
export const BURN_ALERTS = [
  { long: 'burn_1h', short: 'burn_5m', rate: 14.4 },
  { long: 'burn_6h', short: 'burn_30m', rate: 6 },
] as const satisfies readonly { long: BurnWindow; short: BurnWindow; rate: number }[]

/** `exhausted`: nothing is left of the budget; `burning`: one of BURN_ALERTS holds. */
export const SLO_STATES = ['ok', 'burning', 'exhausted'] as const
export type SloState = (typeof SLO_STATES)[number]

/** Calls of an objective over a window, and how many of them were bad; a latency counts by parts of calls. */
export interface Counted {
  calls: number
  bad: number
}

/**
 * How many times faster than allowed the budget is being spent: 1 spends it in exactly its window,
 * 0 where nothing was called.
 */
export function burnRate({ calls, bad }: Counted, objective: number): number {
  return calls === 0 ? 0 : bad / calls / (1 - objective)
}

/** Share of the budget that is left: 1 is untouched, 0 is spent, below 0 is overspent. */
export function budgetLeft(counted: Counted, objective: number): number {
  return 1 - burnRate(counted, objective)
}

export function stateOf(burns: Burns, budget_left: number): SloState {
  if (budget_left <= 0) return 'exhausted'
  return BURN_ALERTS.some(({ long, short, rate }) => burns[long] >= rate && burns[short] >= rate)
    ? 'burning'
    : 'ok'
}
