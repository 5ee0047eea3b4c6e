import type { Outcome } from './call.ts'
import type { TapConfigStatus } from './control.ts'
import type { Decision } from './decision.ts'
import type { Feature, Mode } from './feature.ts'
import type { Origin } from './policy.ts'
import type { CallVerdict } from './verdict.ts'

/** Answers of the API about control: the document, who has it, what it says, does and would do. Times are RFC 3339. */

/** Form of `GET /api/v1/config`. */
export interface ConfigAnswer {
  /** `<epoch>.<number>`; `0.0` where nothing was ever set. */
  revision: string
  /** The YAML document as it was set, comments included. */
  document: string
  /** When the document was changed last, by whom (as he says; no proof) and why. */
  changed_at: string | null
  actor: string
  reason: string
  /** Everything is switched off by hand, without a change of the document. */
  bypass: boolean
  /** File that the document is served from; then only the file changes it (TAPMESH_CONFIG_READONLY). */
  served_from?: string | undefined
  /** Why this version cannot read the document, which then sets nothing. */
  fault?: string | undefined
  taps: readonly TapConfig[]
}

export interface TapConfig extends TapConfigStatus {
  tap: string
  service: string
  /** When it last said something. */
  seen_at: string
  /** False where it has been silent for longer than two waits. */
  reachable: boolean
}

/** Body of `PUT /api/v1/config`, with the token. */
export interface ConfigSet {
  document: string
  reason: string
  /** Revision the change was made on; another one in between refuses it with TAPMESH_CONFIG_CHANGED (409). */
  base_revision?: string | undefined
  actor?: string | undefined
  /** Needed for a policy that would deny everything. */
  yes_deny_all?: boolean | undefined
}

/**
 * Body of `POST /api/v1/config/edit`: one feature of one service, the rest of the document and its comments
 * untouched. Values are written as the document writes them (`800ms`, `[GET]`); null takes a key out.
 */
export interface ConfigEdit {
  service: string
  feature: Feature
  caller?: string | undefined
  set: Readonly<Record<string, unknown>>
  reason: string
  base_revision?: string | undefined
  actor?: string | undefined
  yes_deny_all?: boolean | undefined
}

/** Body of `POST /api/v1/config/undo`: the document before the newest change, as a new revision. */
export interface ConfigUndo {
  reason: string
  base_revision?: string | undefined
  actor?: string | undefined
}

/** Body of `POST /api/v1/config/rearm`: takes the latch off a feature that a guard put back to dry-run. */
export interface ConfigRearm {
  service: string
  feature: Feature
  reason: string
  actor?: string | undefined
}

/** Body of `POST /api/v1/config/bypass`. */
export interface ConfigBypass {
  on: boolean
  reason: string
  actor?: string | undefined
}

/** One revision of the policy, or of what is in force of it. */
export interface ConfigRevision {
  revision: string
  at: string
  actor: string
  action: AuditAction
  reason: string
  bypass: boolean
  /** Revision that brought the document which held; empty where there was none. */
  document_revision: string
}

/** `GET /api/v1/config/history?limit=`, newest first. */
export interface ConfigHistoryAnswer {
  revisions: readonly ConfigRevision[]
}

/** `GET /api/v1/config/<revision>` */
export interface ConfigRevisionAnswer extends ConfigRevision {
  document: string
}

/** One value that holds otherwise now, as `config diff` tells it. */
export interface PolicyChange {
  service: string
  /** Empty where it holds for every caller without an entry of its own. */
  caller: string
  feature: Feature
  /** Dotted name of the parameter; `rules.<id>` for a rule. */
  name: string
  before: string
  after: string
}

/** Answer to each change. */
export interface ConfigChanged {
  revision: string
  changes: readonly PolicyChange[]
}

/**
 * expire: a feature ended by its own clock. file: the file that control serves was changed. join-token,
 * identity: who let a tap in, and what certificate it was given.
 */
export const AUDIT_ACTIONS = [
  'set',
  'edit',
  'undo',
  'rearm',
  'bypass',
  'advance',
  'rollback',
  'expire',
  'file',
  'join-token',
  'identity',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export interface AuditEntry {
  /** From 1, without gaps. */
  seq: number
  at: string
  actor: string
  action: AuditAction
  reason: string
  /** True where control did it by itself: a rollout that went on, a guard that broke. */
  auto: boolean
  revision: string
  /** One line a change, as `config diff` prints it; the documents themselves are kept beside. */
  before: string
  after: string
  /** SHA-256 over the entry, what its revision keeps, and the hash before it, hex (control/audit-chain.ts). */
  hash: string
}

/** `GET /api/v1/audit?limit=&before=`, newest first. */
export interface AuditAnswer {
  entries: readonly AuditEntry[]
  /** Whether every hash follows from the one before; else the first `seq` that does not. */
  intact: boolean
  broken_at: number | null
}

/** A feature of a service that the document names: a cell of the matrix. */
export interface EnforcementCell {
  service: string
  feature: Feature
  /** As the document says. */
  mode: Mode
  percent: number
  /** As taps are told: a rollout, an expiry or a latch may make it less. */
  mode_in_force: Mode
  percent_in_force: number
  /** Why the two differ, or null. */
  why: string | null
  /** A guard put it back; a person has to re-arm it. */
  latched: { at: string; reason: string } | null
  /** When it ends by its own clock. */
  expires: string | null
  /** `at_step` counts from 0; -1 before the first step. */
  rollout: { steps: readonly number[]; at_step: number; next_at: string | null; held: string | null } | null
  /** Calls of the window that the feature looked at, and what was said and done. */
  calls: number
  would: number
  acted: number
  callers_overridden: number
}

/** `GET /api/v1/enforcement?from=&to=` */
export interface EnforcementAnswer {
  window: { from: string; to: string }
  revision: string
  bypass: boolean
  cells: readonly EnforcementCell[]
}

/** Golden signals of one cohort of an edge or a service. */
export interface CohortSignals {
  calls: number
  errors: number
  error_rate: number
  p50_us: number
  p99_us: number
}

/**
 * `GET /api/v1/evidence?service=&feature=&from=&to=`, also for a feature that the document does not name:
 * that one is disabled.
 */
export interface EvidenceAnswer {
  window: { from: string; to: string }
  service: string
  feature: Feature
  mode: Mode
  percent: number
  /** Parameters as the document writes them (`800ms`, `[GET, HEAD]`), without mode and percent; of rules how many. */
  settings: readonly { name: string; value: string; origin: Origin }[]
  /** Calls that carried a verdict of this feature under the settings in force. */
  examined: number
  first_verdict: string | null
  last_verdict: string | null
  /** By caller, route, decision and rule, largest first. */
  rows: readonly {
    source: string
    method: string
    route: string
    decision: Decision
    acted: boolean
    rule: string
    calls: number
    /** Calls among them that had ended well. */
    good: number
    last_seen: string
    samples: readonly string[]
  }[]
  /** Callers that a verdict other than pass concerns, of all callers; and their share of calls. */
  blast: { callers: number; callers_all: number; share: number }
  treated: CohortSignals | null
  control: CohortSignals | null
  /** What the back-test said when the feature was last changed. */
  forecast: { made_at: string; calls: number; affected: number; share: number } | null
  /** The same share as seen since then. */
  observed: { calls: number; affected: number; share: number } | null
  /** Why the next step may not be taken yet, each in a sentence; empty where it may. */
  locked: readonly string[]
  /** Worth knowing before the next step, which it does not forbid. */
  advice: readonly string[]
  /** The command that takes the next step. */
  command: string
}

/** `GET /api/v1/policies?service=&from=&to=`: rules of authorization with what they met. */
export interface PoliciesAnswer {
  window: { from: string; to: string }
  services: readonly {
    service: string
    /** In force, and for how many of a hundred traces. */
    mode: Mode
    percent: number
    default: 'allow' | 'deny'
    rules: readonly {
      id: string
      action: 'allow' | 'deny'
      from: readonly string[]
      methods: readonly string[]
      paths: readonly string[]
      /** Names of header fields it asks for; their values are not recorded, so no call is known to fit. */
      headers: readonly string[]
      /** Line of the document. */
      line: number | null
      /** Recorded calls that fit it. */
      hits: number
      last_seen: string | null
      /** No call of the window fits it. */
      unused: boolean
    }[]
    /** Calls that no rule allowed. */
    would_deny: number
    denied: number
  }[]
}

/** `GET /api/v1/calls/<id>/why`: what every feature said about one call, in words. */
export interface WhyAnswer {
  id: string
  ts: string
  trace_id: string
  source: string
  destination: string
  method: string
  route: string
  status: string
  outcome: Outcome
  config_version: string
  verdicts: readonly (CallVerdict & {
    /** Why, in words, found by asking the same code again. */
    reason: string
    /** `policy:12`, the line of the document of that revision; null where it is no longer known. */
    place: string | null
    /** Who set it, when and why. */
    set_by: { actor: string; at: string; reason: string } | null
  })[]
}
