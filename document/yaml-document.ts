import { readFile } from 'node:fs/promises'
import type { Document, YAMLError } from 'yaml'
import { isMap, isPair, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { describeError, type ErrorPlace, TapmeshError } from '../model/error.ts'
import { didYouMean } from './did-you-mean.ts'
import { MISSING } from './parsed.ts'

const FILE_BYTES_MAX = 1_048_576
const DEPTH_MAX = 64
const ALIASES_MAX = 100
/** Enough to mend a file by; a thousand lines of mistakes help nobody. */
const MISTAKES_MAX = 50

/** What a file has to keep to: one schema, and what no schema can say. */
export interface DocumentRules<Checked> {
  /** Strict: an unknown key is a mistake. Its outermost form is an object. */
  schema: z.ZodType
  /** Values that are well by themselves and do not go together. */
  conflictsIn: (document: Checked) => { path: readonly PropertyKey[]; message: string; hint: string }[]
}

/** A document, and where in its file a path stands: the nearest line on the way to it. */
export interface CheckedFile<Checked> {
  document: Checked
  placeOf(path: readonly PropertyKey[]): ErrorPlace
}

export type ReadDocument<Checked> = CheckedFile<Checked> | { mistakes: TapmeshError[] }

/** Reads and checks one YAML file; every mistake of it is told with line, column and key. */
export async function readYamlDocument<Checked>(
  file: string,
  rules: DocumentRules<Checked>,
): Promise<ReadDocument<Checked>> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    return {
      mistakes: [
        mistake(
          'TAPMESH_CONFIG_UNREADABLE',
          `cannot be read: ${code}`,
          'Check the path and that this user may read it.',
          { file },
        ),
      ],
    }
  }
  return checkYaml(file, bytes.length > FILE_BYTES_MAX ? undefined : bytes.toString('utf8'), rules)
}

/** @param text undefined where the file was too large to look at */
export function checkYaml<Checked>(
  file: string,
  text: string | undefined,
  { schema, conflictsIn }: DocumentRules<Checked>,
): ReadDocument<Checked> {
  const tooLarge = (what: string) => ({
    mistakes: [
      mistake('TAPMESH_CONFIG_TOO_LARGE', what, 'Split it, or look for a mistake that repeats itself.', {
        file,
      }),
    ],
  })
  if (text === undefined) return tooLarge(`larger than ${FILE_BYTES_MAX} bytes`)
  if (openBrackets(text) > DEPTH_MAX) return tooLarge(`deeper than ${DEPTH_MAX} levels`)
  const lines = new LineCounter()
  let value: unknown
  let document: Document.Parsed
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
    if (document.errors.length > 0)
      return { mistakes: document.errors.slice(0, MISTAKES_MAX).map((error) => syntax(file, error, lines)) }
    value = document.toJS({ maxAliasCount: ALIASES_MAX })
  } catch {
    // The reader gives up by RangeError or ReferenceError on depth and on too many aliases.
    return tooLarge(`deeper than ${DEPTH_MAX} levels, or more than ${ALIASES_MAX} aliases`)
  }
  const place = (path: readonly PropertyKey[]) => ({
    file,
    ...position(document, path, lines),
    key: keyText(path),
  })
  const checked = schema.safeParse(value ?? {})
  if (!checked.success) {
    const issues = checked.error.issues.slice(0, MISTAKES_MAX)
    return { mistakes: issues.flatMap((issue) => mistakesOf(issue, schema, place)) }
  }
  const conflicts = conflictsIn(checked.data as Checked)
  if (conflicts.length === 0) return { document: checked.data as Checked, placeOf: place }
  return {
    mistakes: conflicts.map(({ path, message, hint }) =>
      mistake(
        'TAPMESH_CONFIG_INVALID',
        path.length ? `${keyText(path)}: ${message}` : message,
        hint,
        place(path),
      ),
    ),
  }
}

/** All mistakes as one error; each keeps its place, code and hint, as it would be printed alone. */
export function oneError(file: string, mistakes: readonly TapmeshError[], hint: string): TapmeshError {
  if (mistakes.length === 1) return mistakes[0]!
  const text = `${mistakes.map(describeError).join('\n')}\n${file}: ${mistakes.length} mistakes`
  return new TapmeshError('TAPMESH_CONFIG_INVALID', text, hint)
}

function mistake(code: TapmeshError['code'], message: string, hint: string, place: ErrorPlace): TapmeshError {
  return new TapmeshError(code, message, hint, { place })
}

/** The deepest nesting of brackets, text in quotes counted too: a cheap look before the real reader recurses. */
function openBrackets(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if ((char === ']' || char === '}') && depth > 0) depth--
  }
  return deepest
}

function syntax(file: string, error: YAMLError, lines: LineCounter): TapmeshError {
  const { line, col } = lines.linePos(error.pos[0])
  return mistake('TAPMESH_CONFIG_SYNTAX', error.message.split('\n')[0]!, 'Mend the YAML at this place.', {
    file,
    line,
    column: col,
  })
}

/** `inbound[0].listen` */
function keyText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')
}

/** Line and column of the nearest node on the way to `path`; a key's own place where it is a key that is wrong. */
function position(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  lines: LineCounter,
): { line: number; column: number } | undefined {
  for (let length = path.length; length >= 0; length--) {
    const last = path[length - 1]
    const parent = document.getIn(path.slice(0, Math.max(length - 1, 0)), true)
    const pair =
      length > 0 && isMap(parent)
        ? parent.items.find((item) => isPair(item) && String(item.key) === String(last))
        : undefined
    const node = (pair?.key ?? document.getIn(path.slice(0, length), true)) as
      | { range?: [number, number, number] | null }
      | undefined
    if (node?.range) {
      const { line, col } = lines.linePos(node.range[0])
      return { line, column: col }
    }
  }
  return undefined
}

function mistakesOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  place: (path: readonly PropertyKey[]) => ErrorPlace,
): TapmeshError[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path)
    return issue.keys.map((key) => {
      const near = didYouMean(key, known)
      const full = [...path, key]
      return mistake(
        'TAPMESH_CONFIG_INVALID',
        `unknown key ${keyText(full)}`,
        near ? `Did you mean ${near}?` : `Known keys: ${known.join(', ')}.`,
        place(full),
      )
    })
  }
  const inner = issue.code === 'invalid_key' || issue.code === 'invalid_union' ? undefined : issue.message
  const text = inner ?? (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message
  const message = path.length > 0 ? `${keyText(path)}: ${text}` : `the file is no mapping of keys: ${text}`
  return [mistake('TAPMESH_CONFIG_INVALID', message, hintFor(issue), place(path))]
}

function hintFor(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `One of: ${issue.values.map(String).join(', ')}.`
  if (issue.message === MISSING) return 'Add it.'
  return 'Correct the value at this place.'
}

/** Keys that the schema knows at a place; numbers in the path stand for list entries. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema
  for (const part of path) at = typeof part === 'number' ? inside(at, 'element') : childOf(at, String(part))
  const shape = inside(at, 'shape')
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : []
}

function childOf(schema: unknown, key: string): unknown {
  const shape = inside(schema, 'shape')
  if (typeof shape === 'object' && shape !== null) return (shape as Record<string, unknown>)[key]
  return inside(schema, 'valueType')
}

/** A property of a schema, looked for behind optional() and transform() too. */
function inside(schema: unknown, property: 'shape' | 'element' | 'valueType'): unknown {
  for (let at = schema as Record<string, unknown> | undefined; at; ) {
    if (at[property] !== undefined) return at[property]
    const definition = at['def'] as Record<string, unknown> | undefined
    at = (definition?.['innerType'] ?? definition?.['in']) as Record<string, unknown> | undefined
  }
  return undefined
}
