import type { AuditAction, ConfigChanged } from '../model/enforcement.ts'
import { TapmeshError } from '../model/error.ts'
import type { Policy, Rollout } from '../model/policy.ts'
import { diffPolicies } from '../policy/diff.ts'
import { durationText } from '../policy/parameter.ts'
import type { PolicyFile } from '../policy/policy-file.ts'
import { afterLines, beforeLines, linesText } from './change-text.ts'
import { deniedEntirely } from './deny-all.ts'
import type { Draft } from './ledger.ts'
import { DOCUMENT_NAME, readDocument, type Standing } from './standing.ts'
import { checkStateSize } from './state.ts'
import { wellFormed } from './text-field.ts'

/** A change of the document, checked against what holds before anything is stored. */

export const DOCUMENT_BYTES_MAX = 1_048_576

export type Changes = ConfigChanged['changes']

/** What was looked at when the change was thought of: a revision that brought nothing new since is as good. */
export function checkBase({ newest, set_by, revision }: Standing, base: string | undefined): void {
  if (base === undefined || base === revision) return
  const [, epoch, digits] = /^([0-9a-f]{1,8})\.(\d{1,15})$/.exec(base) ?? []
  const number = Number(digits)
  const sameHistory = newest === undefined || number === 0 || epoch === newest.epoch
  if (sameHistory && number >= (set_by?.number ?? 0) && number <= (newest?.number ?? 0)) return
  const by = set_by ? ` by ${set_by.actor}: ${set_by.reason}` : ''
  throw new TapmeshError(
    'TAPMESH_CONFIG_CHANGED',
    `the policy is at revision ${revision}, the change was made on ${base}${by}`,
    'See what changed with "tapmesh config history" and "tapmesh config get", then make the change again.',
  )
}

function checkDenial(before: Standing, file: PolicyFile): void {
  const old = new Set(deniedEntirely(before.file.policy))
  const denied = deniedEntirely(file.policy).filter((name) => !old.has(name))
  if (denied.length === 0) return
  const named = denied.slice(0, 20).join(', ')
  throw new TapmeshError(
    'TAPMESH_DENIES_ALL',
    `no call at all would be let through to ${named}: it is enforced, denies by default, and no rule allows`,
    'Add rules that allow, "tapmesh recommend" proposes them; or say --yes-deny-all where it is meant.',
  )
}

function checkSize(document: string): void {
  if (Buffer.byteLength(document) <= DOCUMENT_BYTES_MAX) return
  throw new TapmeshError(
    'TAPMESH_CONFIG_TOO_LARGE',
    `the policy is larger than ${DOCUMENT_BYTES_MAX} bytes`,
    'Write rules that many callers share once, or look for a mistake that repeats itself.',
  )
}

function rolloutText(rollout: Rollout | undefined): string {
  if (rollout === undefined) return 'none'
  const { steps, hold, guards } = rollout
  const held = `guards: errorRateDelta ${guards.errorRateDelta}%, p99Ratio ${guards.p99Ratio}`
  return `steps: [${steps.join(', ')}], hold: ${durationText(hold)}, ${held}`
}

/** What a policy says beside its features, where another one says otherwise. */
function besideLines(policy: Policy, other: Policy): string[] {
  const names = [...new Set([...policy.services.keys(), ...other.services.keys()])]
  const rollouts = names.flatMap((name) => {
    const [own, its] = [policy, other].map(({ services }) => rolloutText(services.get(name)?.rollout))
    return own === its || own === 'none' ? [] : [`${name}.rollout ${own}`]
  })
  const domain = `mesh.trustDomain: ${policy.trustDomain || 'none'}`
  return policy.trustDomain === other.trustDomain ? rollouts : [domain, ...rollouts]
}

export interface DocumentChange {
  action: AuditAction
  actor: string
  reason: string
  text: string
  /** How mistakes name the document. */
  name?: string | undefined
  /** A service may be left without any allowed caller. */
  denial_allowed: boolean
}

/**
 * @returns undefined where the document is the same letter by letter
 * @throws TapmeshError with every mistake of the document; TAPMESH_DENIES_ALL, TAPMESH_CONFIG_TOO_LARGE
 */
export function documentDraft(
  standing: Standing,
  { action, actor, reason, text, name = DOCUMENT_NAME, denial_allowed }: DocumentChange,
): { draft: Draft; changes: Changes } | undefined {
  const document = wellFormed(text)
  if (document === standing.document) return undefined
  checkSize(document)
  const read = readDocument(document, name)
  // Places are told by the one name that holds for the document once it is set.
  const placeOf: PolicyFile['placeOf'] = (...at) => ({ ...read.placeOf(...at), file: DOCUMENT_NAME })
  const file = name === DOCUMENT_NAME ? read : { ...read, file: DOCUMENT_NAME, placeOf }
  checkStateSize(file.policy)
  if (!denial_allowed) checkDenial(standing, file)
  const changes = diffPolicies(standing.file.policy, file.policy)
  const [old, now] = [standing.file.policy, file.policy]
  const before = linesText([...besideLines(old, now), ...beforeLines(changes)])
  const after = linesText([...besideLines(now, old), ...afterLines(changes)])
  return {
    draft: { action, actor, reason, auto: false, before, after, document: { text: document, file } },
    changes,
  }
}
