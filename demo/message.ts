import type { Counts } from './ledger.ts'

/** What the demo and its programs say to each other over the channel between them. */

/** Service or instance -> address of the outbound listener to use for it. */
export type Routes = Record<string, string>

export type ToProgram =
  | { kind: 'routes'; instance: string; routes: Routes }
  /** Starts the load, on the inbound taps of these instances. */
  | { kind: 'load'; doors: Routes; rate: number }
  /** Ends the load; answered by `counts` once the last call is over. */
  | { kind: 'end-load' }
  | { kind: 'count' }
  /** Takes the server of an instance away, or brings it back; answered by `standing`. */
  | { kind: 'stand'; instance: string; up: boolean }

export type FromProgram =
  | { kind: 'ready'; ports: Record<string, number> }
  | { kind: 'counts'; counts: Counts; made: number }
  | { kind: 'standing'; instance: string; up: boolean }
