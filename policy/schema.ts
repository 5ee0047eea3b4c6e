import * as z from 'zod'
import { isName } from '../document/name.ts'
import { MISSING, parsed } from '../document/parsed.ts'
import { CATALOGUE, FEATURES, type Feature, MODES, parametersOf } from '../model/feature.ts'
import { PERCENT_DEFAULT } from '../model/policy.ts'
import { parameterSchema } from './parameter.ts'
import { rolloutSchema } from './rollout.ts'

/** The schema of the policy document, made from the catalogue. Strict: an unknown key is a mistake. */

export const VERSION = 'tapmesh/v1'
const ENTRIES_MAX = 1000

const mode = z.enum(MODES).describe('disabled: nothing. dry-run: verdicts are told. enforce: they would act.')
const percent = z
  .number({ error: 'not a number without a unit' })
  .min(0)
  .max(100)
  .describe(`Share of traces it acts on, default ${PERCENT_DEFAULT}.`)

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)$/

const expires = parsed((text) => {
  // Without a zone it would end at another moment on each machine.
  const at = MOMENT.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}, 'a time like 2026-12-01T18:00:00Z').meta({
  description: 'From then on it counts as disabled, whether control can be reached or not.',
  type: 'string',
  examples: ['2026-12-01T18:00:00Z'],
})

type Shape = { [key: string]: z.ZodType | Shape }

/** `budget.percent` becomes a key `percent` inside a mapping `budget`. */
function nested(feature: Feature): Shape {
  const shape: Shape = {}
  for (const [name, parameter] of parametersOf(feature)) {
    const parts = name.split('.')
    let at = shape
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {}
      at = at[part] as Shape
    }
    at[parts.at(-1)!] = parameterSchema(parameter)
  }
  return shape
}

function objectOf(shape: Shape): z.ZodObject {
  const entries = Object.entries(shape).map(([key, form]) => [
    key,
    form instanceof z.ZodType ? form : objectOf(form).optional(),
  ])
  return z.strictObject(Object.fromEntries(entries))
}

function featureSchema(feature: Feature, modeForm: z.ZodType): z.ZodType {
  const { shape } = objectOf(nested(feature))
  return z
    .strictObject({ mode: modeForm, percent: percent.optional(), expires: expires.optional(), ...shape })
    .describe(CATALOGUE[feature].effect)
    .optional()
}

const featuresOf = (modeForm: z.ZodType) =>
  Object.fromEntries(FEATURES.map((feature) => [feature, featureSchema(feature, modeForm)]))

const name = z.string().refine(isName, { error: 'is not a name of letters, digits and . _ @ : / + -' })

function named(entry: z.ZodType, what: string): z.ZodType {
  return z
    .record(name, entry)
    .refine((entries) => Object.keys(entries).length <= ENTRIES_MAX, {
      error: `more than ${ENTRIES_MAX} ${what}`,
    })
    .optional()
}

const service = z.strictObject({
  ...featuresOf(mode),
  rollout: rolloutSchema.optional(),
  callers: named(z.strictObject(featuresOf(mode.optional())), 'callers').describe(
    'What differs for single callers, by name.',
  ),
})

export const POLICY_SCHEMA = z.strictObject({
  version: z.literal(VERSION, {
    error: ({ input }) => (input === undefined ? MISSING : `this version reads ${VERSION}`),
  }),
  mesh: z
    .strictObject({
      trustDomain: z.string().regex(/^[a-z0-9._-]{1,255}$/, 'is not a trust domain in small letters'),
    })
    .optional(),
  services: named(service, 'services'),
})

/** JSON Schema (draft 2020-12) for editors; what only the reader can check is said in words there. */
export function policyJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(POLICY_SCHEMA, { io: 'input' })
  return {
    $schema,
    title: 'tapmesh policy',
    description: 'What a service mesh would do to calls. Everything is disabled unless it is named here.',
    ...schema,
  }
}
