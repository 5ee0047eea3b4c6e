import { isName } from '../../document/name.ts'
import type { Parameter } from '../../model/feature.ts'
import type { Rule } from '../../model/policy.ts'

/**
 * Values of a state against the catalogue. Control has read the document with the whole schema; the tap
 * checks again what it is about to act on, without the schema's reader, which a tap never loads.
 */

type Kind = Parameter['kind']
type OfKind<K extends Kind> = Extract<Parameter, { kind: K }>

/** What is wrong with a value, or undefined. */
type Check<K extends Kind> = (parameter: OfKind<K>, value: unknown) => string | undefined

const METHOD = /^[A-Z][A-Z-]{0,31}$/
/** No name, SPIFFE ID or path of a rule is longer. */
const TEXT_CHARS_MAX = 1024

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bounded(value: unknown, { min, max }: { min: number; max: number }, whole: boolean) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a number'
  if (whole && !Number.isInteger(value)) return 'is not a whole number'
  return value < min || value > max ? `${value} is not from ${min} to ${max}` : undefined
}

function listOf(value: unknown, fits: (item: unknown) => boolean, what: string): string | undefined {
  if (!Array.isArray(value)) return 'is not a list'
  const wrong = value.findIndex((item) => !fits(item))
  return wrong < 0 ? undefined : `item ${wrong + 1} is not ${what}`
}

const isMethod = (item: unknown) => typeof item === 'string' && METHOD.test(item)
const isText = (item: unknown) => typeof item === 'string' && item.length > 0 && item.length <= TEXT_CHARS_MAX
const isPath = (item: unknown) => isText(item) && (item as string).startsWith('/')

/** A list that is given and empty would fit no call, or, read carelessly, every call. */
function filled(value: unknown, fits: (item: unknown) => boolean, what: string): string | undefined {
  if (value === undefined) return undefined
  return Array.isArray(value) && value.length === 0 ? 'is an empty list' : listOf(value, fits, what)
}

function headersFault(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (!isTree(value) || Object.keys(value).length === 0) return 'is not an object of header fields'
  for (const [name, values] of Object.entries(value)) {
    const fault = name === name.toLowerCase() ? filled(values, isText, 'a value') : 'is not in small letters'
    if (fault !== undefined || values === undefined) return `${name} ${fault ?? 'has no values'}`
  }
  return undefined
}

/** A field that a rule gains does not compile until it is checked here. */
const RULE_FIELDS: { readonly [Field in keyof Required<Rule>]: (value: unknown) => string | undefined } = {
  id: (value) => (typeof value === 'string' && isName(value) ? undefined : 'is not a name'),
  action: (value) => (value === 'allow' || value === 'deny' ? undefined : 'is neither allow nor deny'),
  from: (value) => filled(value, isText, 'a principal'),
  methods: (value) => filled(value, isMethod, 'a method'),
  paths: (value) => filled(value, isPath, 'a path'),
  headers: (value) => headersFault(value),
}

function rulesFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'is not a list'
  for (const [index, rule] of value.entries()) {
    if (!isTree(rule)) return `rule ${index + 1} is not an object`
    for (const [field, check] of Object.entries(RULE_FIELDS)) {
      const fault = check(rule[field])
      if (fault !== undefined) return `rule ${index + 1}: ${field} ${fault}`
    }
  }
  return undefined
}

const CHECKS: { readonly [K in Kind]: Check<K> } = {
  duration: (parameter, value) => bounded(value, parameter, true),
  size: (parameter, value) => bounded(value, parameter, true),
  number: (parameter, value) => bounded(value, parameter, parameter.whole),
  methods: (_, value) => listOf(value, isMethod, 'a method'),
  statuses: (_, value) =>
    listOf(value, (item) => Number.isInteger(item) && Number(item) >= 400 && Number(item) <= 599, 'a status'),
  word: ({ values }, value) =>
    values.includes(value as string) ? undefined : `is none of ${values.join(', ')}`,
  names: (_, value) => listOf(value, (item) => typeof item === 'string' && isName(item), 'a name'),
  rules: (_, value) => rulesFault(value),
}

/** @returns what is wrong with the value in words that follow the parameter's name, or undefined */
export function valueFault(parameter: Parameter, value: unknown): string | undefined {
  const check = CHECKS[parameter.kind] as Check<Kind>
  return check(parameter as OfKind<Kind>, value)
}

/**
 * Fields inside a value that this version does not know. A rule with a condition that is not understood
 * would allow or deny more than was meant.
 */
export function unknownFields(parameter: Parameter, value: unknown): string[] {
  if (parameter.kind !== 'rules' || !Array.isArray(value)) return []
  const found = value.flatMap((rule) => (isTree(rule) ? Object.keys(rule) : []))
  return [...new Set(found)].filter((field) => !Object.hasOwn(RULE_FIELDS, field))
}
