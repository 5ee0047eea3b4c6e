import type { Counts } from './ledger.ts'

/** What the demo and its programs say to each other over the channel between them. */

/** Service or instance -> address of the outbound listener to use for it. */
export type Routes = Record<string, string>

export type ToProgram =
  | { kind: 'routes'; instance: string; routes: Routes }
  /** Starts the load: where the shop's door is, and where the cron job calls. */
  | { kind: 'load'; door: string; catalog: string; rate: number }
  /** Ends the load; answered by `counts` once the last call is over. */
  | { kind: 'end-load' }
  | { kind: 'count' }

export type FromProgram =
  | { kind: 'ready'; ports: Record<string, number> }
  | { kind: 'counts'; counts: Counts; made: number }
