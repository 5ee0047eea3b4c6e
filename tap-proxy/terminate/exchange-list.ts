import { Exchange } from './exchange.ts'

/** Exchanges kept for the next call, so that a call allocates none and an idle connection holds none. */
const KEPT_MAX = 1024
const kept: Exchange[] = []

export function takeExchange(): Exchange {
  return kept.pop() ?? new Exchange()
}

/** Takes an exchange back whose call is recorded. */
export function giveExchange(exchange: Exchange): void {
  if (kept.length < KEPT_MAX) kept.push(exchange)
}
