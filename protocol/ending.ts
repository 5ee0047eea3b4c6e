import type { Outcome } from '../model/call.ts'

/** Why a connection is over. */
export type Cause =
  /** Both sides have sent all, and all of it was taken. */
  | 'done'
  /** The client's side broke. */
  | 'client'
  /** The service's side broke. */
  | 'server'
  /** The service could not be reached. */
  | 'unreachable'
  /** Reaching the service took too long. */
  | 'connect_timeout'
  /** No address of the service is known. */
  | 'no_address'
  /** The tap stops. */
  | 'tap'
  /** The connection leads back to this tap. */
  | 'loop'

export interface Ending {
  readonly flags: string
  readonly outcome: Outcome
}

const OK: Ending = { flags: '', outcome: 'ok' }
const ENDINGS: Readonly<Record<Cause, Ending>> = {
  done: { flags: 'UC', outcome: 'reset' },
  client: { flags: 'DC', outcome: 'unfinished' },
  server: { flags: 'UR', outcome: 'reset' },
  unreachable: { flags: 'UF', outcome: 'server_error' },
  connect_timeout: { flags: 'UF', outcome: 'timeout' },
  no_address: { flags: 'UH', outcome: 'server_error' },
  tap: { flags: 'DR', outcome: 'unfinished' },
  loop: { flags: 'lo', outcome: 'reset' },
}

/** How a call ends that waits for its answer when its connection is over. */
export function endingOfCall(cause: Cause, clientEnded: boolean): Ending {
  return cause === 'done' && clientEnded ? ENDINGS.client : ENDINGS[cause]
}

/** How a stream of bytes without messages ends: well, if both sides were done or the other one was. */
export function endingOfStream(cause: Cause, clientEnded: boolean, serverEnded: boolean): Ending {
  if (cause === 'done') return OK
  if ((cause === 'client' && serverEnded) || (cause === 'server' && clientEnded)) return OK
  return ENDINGS[cause]
}
