import { type Document, isAlias, isCollection, isMap, isNode, isSeq, parse, parseDocument } from 'yaml'
import type { ConfigEdit } from '../model/enforcement.ts'
import { TapmeshError } from '../model/error.ts'
import { VERSION } from '../policy/schema.ts'
import { spliced } from './text-splice.ts'

/** A change of one feature in the YAML document; the rest of it, its comments and its order stay. */

const START = `version: ${VERSION}\n`
/** Above it a value is no line that somebody typed. */
const VALUE_CHARACTERS_MAX = 65_536
const KEYS_MAX = 100

function invalid(message: string, hint: string): TapmeshError {
  return new TapmeshError('TAPMESH_CONFIG_INVALID', message, hint)
}

/** Text is read as the document would read it: `800ms`, `10`, `[GET, HEAD]`. */
function readValue(name: string, given: unknown): unknown {
  if (typeof given !== 'string' || given === '') return given
  if (given.length > VALUE_CHARACTERS_MAX) {
    throw invalid(
      `${name}: longer than ${VALUE_CHARACTERS_MAX} characters`,
      'Set the whole document instead.',
    )
  }
  try {
    return parse(given, { maxAliasCount: 0 })
  } catch {
    throw invalid(`${name}: the value is not well-formed YAML`, 'Write it like 800ms, 10 or [GET, HEAD].')
  }
}

/** What stands for another place has no place of its own to be changed. */
function checkAliases(document: Document, path: readonly string[]): void {
  for (let length = 1; length <= path.length; length++) {
    const node = document.getIn(path.slice(0, length), true)
    if (isAlias(node)) {
      throw invalid(
        `${path.slice(0, length).join('.')} stands for another place of the document (*${node.source})`,
        'Change the document itself with "tapmesh config set <file>".',
      )
    }
    if (node !== undefined && node !== null && length < path.length && !isMap(node)) {
      throw invalid(
        `${path.slice(0, length).join('.')} is no mapping of keys`,
        'Set the whole document instead.',
      )
    }
  }
}

/** Mappings that a removed key leaves empty go with it, up to the feature's own. */
function remove(document: Document, path: readonly string[], feature: number): void {
  if (!document.hasIn(path)) return
  document.deleteIn(path)
  for (let length = path.length - 1; length > feature; length--) {
    const parent = document.getIn(path.slice(0, length), true)
    if (!isMap(parent) || parent.items.length > 0) return
    document.deleteIn(path.slice(0, length))
  }
}

/** Lists stand on one line, rules on a line each; a comment stays where it was. */
function put(document: Document, path: readonly string[], value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    document.setIn(path, value)
    return
  }
  const node = document.createNode(value)
  const rows = isSeq(node) && node.items.some(isMap)
  if (isCollection(node)) node.flow = !rows
  if (rows) for (const item of node.items) if (isMap(item)) item.flow = true
  const before = document.getIn(path, true)
  if (isNode(before)) node.comment = before.comment ?? null
  document.setIn(path, node)
}

/**
 * The document with one feature of one service changed; whether the outcome is well is the reader's to say.
 * @param text empty where there is none yet
 * @throws TapmeshError TAPMESH_CONFIG_INVALID where the place cannot be changed by itself
 */
export function editDocument(
  text: string,
  edit: Pick<ConfigEdit, 'service' | 'feature' | 'caller' | 'set'>,
): string {
  const start = text === '' ? START : text
  const document = parseDocument(start)
  const entries = Object.entries(edit.set)
  if (entries.length === 0 || entries.length > KEYS_MAX) {
    throw invalid(`an edit of ${entries.length} keys`, `Name 1 to ${KEYS_MAX}, like mode and percent.`)
  }
  const caller = edit.caller === undefined || edit.caller === '' ? [] : ['callers', edit.caller]
  const place = ['services', edit.service, ...caller, edit.feature]
  const settings = entries.map(
    ([name, given]) => [[...place, ...name.split('.')], readValue(name, given)] as const,
  )
  for (const [path, value] of settings) {
    checkAliases(document, path)
    if (value === null) remove(document, path, place.length - 1)
    else put(document, path, value)
  }
  return spliced(start, settings, document.toJS()) ?? document.toString({ lineWidth: 0 })
}
