import * as z from 'zod'
import { isName } from '../document/name.ts'
import { parsed } from '../document/parsed.ts'
import { parseDuration, parseSize } from '../document/quantity.ts'
import type { Parameter } from '../model/feature.ts'
import { UNAUTHENTICATED } from '../model/policy.ts'

/** The form of one parameter of the catalogue, as a schema that reads it. */

export const LIST_MAX = 256
export const RULES_MAX = 1000

const UNITS_US = [
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1000],
] as const

/** `1500000` -> `1500ms`: a duration of microseconds as a document writes it. */
export function durationText(us: number): string {
  const [unit, length] = UNITS_US.find(([, length]) => us >= length && us % length === 0) ?? ['ms', 1000]
  return `${us / length}${unit}`
}

/** Milliseconds since 1970 as a document writes them: `2026-12-01T12:00:00Z`. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

function duration({ min, max }: { min: number; max: number }): z.ZodType {
  return parsed((text) => {
    const milliseconds = parseDuration(text)
    return milliseconds === undefined ? undefined : milliseconds * 1000
  }, 'a duration with its unit, like 800ms or 2s')
    .refine((us) => us >= min, { error: `is below ${durationText(min)}, the least here` })
    .refine((us) => us <= max, { error: `is above ${durationText(max)}, the most here` })
}

function size({ min, max }: { min: number; max: number }): z.ZodType {
  return parsed(parseSize, 'a size like 64KiB').refine((bytes) => bytes >= min && bytes <= max, {
    error: `is not from ${min} to ${max} bytes`,
  })
}

function number({ min, max, whole }: { min: number; max: number; whole: boolean }): z.ZodType {
  const bounded = z
    .number({ error: 'not a number without a unit' })
    .min(min, { error: `is below ${min}, the least here` })
    .max(max, { error: `is above ${max}, the most here` })
  return whole ? bounded.int({ error: 'not a whole number' }) : bounded
}

const method = z.string().regex(/^[A-Z][A-Z-]{0,31}$/, 'is not a method in capitals, like GET')
const methods = z.array(method).min(1, 'an empty list fits no call; leave it out to fit all').max(LIST_MAX)
const statuses = z.array(z.int().min(400, 'only failures are tried again').max(599)).max(LIST_MAX)

const zones = z
  .array(z.string().refine(isName, { error: 'is not a name of letters, digits and . _ @ : / + -' }))
  .min(1)
  .max(LIST_MAX)
  .refine((names) => new Set(names).size === names.length, { error: 'names one twice' })

/** `spiffe://trust.domain/path` (SPIFFE-ID section 2). */
export const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/[A-Za-z0-9._-]+)+$/

const principal = z
  .string()
  .refine((text) => (text.startsWith('spiffe:') ? SPIFFE_ID.test(text) : isName(text)), {
    error: `is neither a SPIFFE ID, nor the name of a service, nor ${UNAUTHENTICATED}`,
  })

/** Segments without the marks of a query, a parameter or a template; `{*}` one of them, `{**}` all that follow. */
const PATH = /^(?:\/(?:\{\*\}|[^/{}?#;\\\s]*))*(?:\/\{\*\*\})?$/

const path = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => text.startsWith('/') && PATH.test(text), {
    error: 'is not a path like /cart/{*}: {*} is one whole segment, {**} at the end all that follow',
  })

export const HEADERS_MAX = 16
const headerValue = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/, 'is not a value of a header field')
const headers = z
  .record(
    z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'is not the name of a header field in small letters'),
    z.array(headerValue).min(1, 'an empty list fits no call; leave it out to fit all').max(LIST_MAX),
  )
  .refine((entries) => Object.keys(entries).length > 0, {
    error: 'names no header field; leave it out to fit all',
  })
  .refine((entries) => Object.keys(entries).length <= HEADERS_MAX, {
    error: `more than ${HEADERS_MAX} header fields`,
  })

const rule = z.strictObject({
  id: z.string().refine(isName, { error: 'is not a name of letters, digits and . _ @ : / + -' }),
  action: z.enum(['allow', 'deny']),
  from: z
    .array(principal)
    .min(1, 'an empty list fits no call; leave it out to fit all')
    .max(LIST_MAX)
    .optional(),
  methods: methods.optional(),
  paths: z.array(path).min(1, 'an empty list fits no call; leave it out to fit all').max(LIST_MAX).optional(),
  headers: headers.optional(),
})

function formOf(parameter: Parameter): z.ZodType {
  switch (parameter.kind) {
    case 'duration':
      return duration(parameter)
    case 'size':
      return size(parameter)
    case 'number':
      return number(parameter)
    case 'methods':
      return methods
    case 'statuses':
      return statuses
    case 'word':
      return z.enum(parameter.values)
    case 'names':
      return zones
    case 'rules':
      return z.array(rule).max(RULES_MAX)
  }
}

/** What an editor is told of values that are read from text, whose form a transformation hides. */
const EDITOR_FORMS: Partial<Record<Parameter['kind'], Record<string, unknown>>> = {
  duration: {
    type: 'string',
    pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})? ?(ms|s|m|h)$',
    examples: ['800ms', '2s'],
  },
  size: {
    type: ['string', 'integer'],
    pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})? ?(B|kB|KB|MB|KiB|MiB)$',
    examples: ['64KiB'],
  },
}

/** Every parameter may be left out; what is required is looked for once callers and services are put together. */
export function parameterSchema(parameter: Parameter): z.ZodType {
  const given = parameter.default
  const standard =
    given === undefined
      ? parameter.required === true
        ? ' Required.'
        : ''
      : ` Default ${valueText(parameter, given)}.`
  const description = `${parameter.sentence}${standard}`
  return formOf(parameter)
    .optional()
    .meta({ description, ...EDITOR_FORMS[parameter.kind] })
}

function sizeText(bytes: number): string {
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024}KiB` : `${bytes}B`
}

/** A value as a document writes it. */
export function valueText(parameter: Parameter, value: unknown): string {
  if (value === undefined) return 'none'
  if (parameter.kind === 'duration') return durationText(value as number)
  if (parameter.kind === 'size') return sizeText(value as number)
  if (parameter.kind === 'rules') return rulesText((value as readonly unknown[]).length)
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

const rulesText = (count: number): string => (count === 1 ? '1 rule' : `${count} rules`)
