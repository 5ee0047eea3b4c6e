import { z } from 'zod'
import { DOCUMENT_BYTES_MAX } from '../../control/draft.ts'
import { isName } from '../../document/name.ts'
import {
  AUDIT_ACTIONS,
  type AuditAnswer,
  type ConfigAnswer,
  type ConfigBypass,
  type ConfigChanged,
  type ConfigEdit,
  type ConfigHistoryAnswer,
  type ConfigRearm,
  type ConfigRevisionAnswer,
  type ConfigSet,
  type ConfigUndo,
} from '../../model/enforcement.ts'
import { FEATURES, type Feature } from '../../model/feature.ts'
import { count, time } from './graph.ts'
import { limitUpTo, whole } from './parameters.ts'

/** Forms of /config and /audit. */

export const HISTORY_LIMIT_DEFAULT = 100
export const HISTORY_LIMIT_MAX = 1000

const revision = z.string().regex(/^[0-9a-f]{1,8}\.\d{1,15}$/, 'is not a revision such as 5f0c1d2e.7')
export const revisionName = revision
const name = z.string().refine(isName, 'is not a name of letters, digits and . _ @ : / + -')
const feature = z.enum(FEATURES as [Feature, ...Feature[]])
const reason = z.string().describe('Why, 1 to 500 characters; kept in the audit.')
const actor = z.string().max(100).optional().describe('Who, as he says; kept and no proof. Default token.')
const base_revision = revision
  .optional()
  .describe('What was looked at; refused where the document changed since.')
const yes_deny_all = z.boolean().optional().describe('Needed for a policy that would deny everything.')

export const configSetBody = z.strictObject({
  document: z.string().max(DOCUMENT_BYTES_MAX).describe('The policy as text, YAML or JSON.'),
  ...{ reason, base_revision, actor, yes_deny_all },
}) satisfies z.ZodType<ConfigSet>

export const configEditBody = z.strictObject({
  service: name,
  feature,
  caller: name.optional().describe('Only for calls of this service.'),
  set: z
    .record(z.string().min(1).max(128), z.unknown())
    .describe('Values by dotted name, written as the document writes them; null takes a key out.'),
  ...{ reason, base_revision, actor, yes_deny_all },
}) satisfies z.ZodType<ConfigEdit>

export const configUndoBody = z.strictObject({
  ...{ reason, base_revision, actor },
}) satisfies z.ZodType<ConfigUndo>

export const configRearmBody = z.strictObject({
  service: name,
  feature,
  ...{ reason, actor },
}) satisfies z.ZodType<ConfigRearm>

export const configBypassBody = z.strictObject({
  on: z.boolean(),
  ...{ reason, actor },
}) satisfies z.ZodType<ConfigBypass>

const limit = limitUpTo(HISTORY_LIMIT_MAX)
  .optional()
  .describe(`Most rows, default ${HISTORY_LIMIT_DEFAULT}, at most ${HISTORY_LIMIT_MAX}.`)

export const historyParameters = z.strictObject({ limit })
export const auditParameters = z.strictObject({
  limit,
  before: whole(Number.MAX_SAFE_INTEGER).optional().describe('Only entries with a lower seq.'),
})

const tapConfig = z.strictObject({
  tap: z.string(),
  service: z.string(),
  seen_at: time,
  reachable: z.boolean(),
  revision: z.string(),
  result: z.enum(['ack', 'nack']),
  error: z.string().optional(),
  active: z.string(),
  ignored: z.array(z.string()),
  age_s: z.number().min(0),
  bypassed: z.boolean(),
})

export const configAnswer = z.strictObject({
  revision,
  document: z.string(),
  changed_at: time.nullable(),
  actor: z.string(),
  reason: z.string(),
  bypass: z.boolean(),
  served_from: z.string().optional(),
  fault: z.string().optional(),
  taps: z.array(tapConfig),
}) satisfies z.ZodType<ConfigAnswer>

const change = { service: z.string(), caller: z.string(), feature, name: z.string() }

export const configChanged = z.strictObject({
  revision,
  changes: z.array(z.strictObject({ ...change, before: z.string(), after: z.string() })),
}) satisfies z.ZodType<ConfigChanged>

const configRevision = {
  revision,
  at: time,
  actor: z.string(),
  action: z.enum(AUDIT_ACTIONS),
  reason: z.string(),
  bypass: z.boolean(),
  document_revision: z.string(),
}

export const configHistoryAnswer = z.strictObject({
  revisions: z.array(z.strictObject(configRevision)),
}) satisfies z.ZodType<ConfigHistoryAnswer>

export const configRevisionAnswer = z.strictObject({
  ...configRevision,
  document: z.string(),
}) satisfies z.ZodType<ConfigRevisionAnswer>

export const auditAnswer = z.strictObject({
  entries: z.array(
    z.strictObject({
      seq: count,
      at: time,
      actor: z.string(),
      action: z.enum(AUDIT_ACTIONS),
      reason: z.string(),
      auto: z.boolean(),
      revision: z.string(),
      before: z.string(),
      after: z.string(),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  intact: z.boolean(),
  broken_at: count.nullable(),
}) satisfies z.ZodType<AuditAnswer>
