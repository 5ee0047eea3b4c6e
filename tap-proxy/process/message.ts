import { type ErrorCode, TapmeshError } from '../../model/error.ts'
import type { Policy } from '../../model/policy.ts'
import type { StateAbout } from '../control/state-in-force.ts'
import type { Leaving } from '../data-path.ts'
import type { Identity } from '../identity/identity.ts'
import type { TapSettings } from '../settings.ts'
import type { SampledFamily } from './sum-families.ts'

/** What a tap and its workers say to each other, each message a structured clone (serialization 'advanced'). */

/** Holds the number of a worker, from 1 on. */
export const WORKER = 'TAPMESH_WORKER'

export type ToWorker =
  /** Comes with the socket itself. */
  | { kind: 'socket'; asked: string; name: string }
  | { kind: 'start'; settings: TapSettings }
  | { kind: 'reload'; settings: TapSettings }
  /** Without a policy the one before holds, and the bypass alone was turned. */
  | { kind: 'policy'; policy: Policy | undefined; about: StateAbout }
  | { kind: 'identity'; identity: Identity }
  | { kind: 'figures' }
  | { kind: 'reopenLogs' }
  | { kind: 'leave'; leaving: Leaving }

export interface Figures {
  families: SampledFamily[]
  /** Why its calls would fail now. */
  notReady: string | undefined
}

export type FromWorker =
  /** It serves; a line for each listener. */
  | { kind: 'serving'; listening: string[] }
  | { kind: 'reloaded'; changed: string[] }
  /** A start or a reload came to nothing. */
  | { kind: 'refused'; error: WrittenError }
  | { kind: 'figures'; figures: Figures }
  /** Services that were called so far. */
  | { kind: 'services'; names: string[] }
  /** Its last message. */
  | { kind: 'left'; cut: number; families: SampledFamily[] }

export interface WrittenError {
  code: string
  message: string
  hint: string
}

export function writeError(error: unknown): WrittenError {
  const { code = 'TAPMESH_INTERNAL', message = String(error), hint = '' } = error as Partial<WrittenError>
  return { code, message, hint }
}

export function readError({ code, message, hint }: WrittenError): TapmeshError {
  return new TapmeshError(code as ErrorCode, message, hint)
}
