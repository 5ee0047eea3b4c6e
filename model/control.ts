import type { GivenFeatures } from './policy.ts'

/**
 * What control and a tap say to each other. `GET /v1/config/<tap>?services=a,b` gives the whole state
 * for that tap (ETag, `Prefer: wait=30`); `POST /v1/config/<tap>/status` tells what became of it. The first
 * of the services is the tap's own.
 */
export const CONTROL_VERSION = 'tapmesh/v1'

/** Bodies above it are refused by the tap. */
export const CONTROL_STATE_BYTES_MAX = 4 * 1024 * 1024
/** Services that a tap may ask about; a forward proxy that meets more asks about the first. */
export const CONTROL_SERVICES_MAX = 200
export const CONTROL_WAIT_S_MAX = 30

/** Values by dotted name as model/feature.ts lists them: microseconds, bytes, numbers, words, lists. */
export interface ControlService {
  features: GivenFeatures
  callers: Readonly<Record<string, GivenFeatures>>
}

export interface ControlState {
  version: typeof CONTROL_VERSION
  /** `<epoch>.<number>`, the ETag; a new epoch where control's own history began anew. */
  revision: string
  /** RFC 3339. */
  issued_at: string
  trust_domain: string
  /** Mode and percent are those in force: what a rollout or a latch made of the document. */
  services: Readonly<Record<string, ControlService>>
  /** True: nothing is enforced or judged anywhere, whatever stands above. */
  bypass: boolean
}

export interface TapConfigStatus {
  /** What was received. */
  revision: string
  result: 'ack' | 'nack'
  /** Why it was refused, with a nack. */
  error?: string | undefined
  /** What is in force now; empty where nothing is. */
  active: string
  /** Features, fields and versions that this tap does not know and therefore does not enforce. */
  ignored: readonly string[]
  /** Seconds since the state in force was received, for one that came from the disk. */
  age_s: number
  /** The tap's own kill switch is on. */
  bypassed: boolean
}
