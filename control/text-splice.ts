import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml'

/**
 * A change of single values right in the text of a YAML document, so that its columns, quotes and blank lines
 * stay as somebody wrote them. What does not fit in is left to the tree (document-edit.ts).
 */

interface Splice {
  start: number
  end: number
  text: string
}

/** Above it reading the outcome once more costs more than nice columns are worth. */
const CHARACTERS_MAX = 262_144

type Place = readonly [start: number, valueEnd: number, nodeEnd: number]

/** A value on one line, as it can stand in a flow mapping too; undefined for one that can not. */
function lineOf(value: unknown): string | undefined {
  const list = Array.isArray(value)
  // Rules have a line each.
  if ((list ? value : [value]).some((item) => typeof item === 'object')) return undefined
  const text = stringify(list ? value : [value], {
    lineWidth: 0,
    collectionStyle: 'flow',
    flowCollectionPadding: false,
  }).trim()
  if (text.includes('\n')) return undefined
  return list ? text : text.slice(1, -1)
}

function placeOf(node: unknown): Place | undefined {
  return (node as { range?: Place | null } | null | undefined)?.range ?? undefined
}

/** A new key: at the end of a flow mapping, on a line of its own behind the first of a block mapping. */
function insertion(text: string, map: YAMLMap, line: string): Splice | undefined {
  const [start, end] = placeOf(map) ?? []
  if (start === undefined || end === undefined) return undefined
  const pairs = map.items as Pair[]
  if (map.flow === true) {
    if (pairs.length === 0) return { start, end, text: `{ ${line} }` }
    const last = placeOf(pairs.at(-1)!.value)
    return last && { start: last[1], end: last[1], text: `, ${line}` }
  }
  const [first] = pairs
  const key = placeOf(first?.key)
  const value = placeOf(first?.value)
  if (key === undefined || value === undefined || !isScalar(first!.value)) return undefined
  const indent = key[0] - (text.lastIndexOf('\n', key[0]) + 1)
  if (text.slice(key[0], value[1]).includes('\n')) return undefined
  const lineEnd = text.indexOf('\n', value[1])
  const at = lineEnd === -1 ? text.length : lineEnd
  return { start: at, end: at, text: `\n${' '.repeat(indent)}${line}` }
}

function spliceFor(
  text: string,
  document: Document,
  path: readonly string[],
  value: unknown,
): Splice | undefined {
  const line = lineOf(value)
  const node = document.getIn(path, true)
  const place = placeOf(node)
  if (line === undefined) return undefined
  // Only what stands on one line gives way to one line.
  if (place !== undefined && !text.slice(place[0], place[1]).includes('\n')) {
    return { start: place[0], end: place[1], text: line }
  }
  const parent = document.getIn(path.slice(0, -1), true)
  if (node !== undefined || !isMap(parent)) return undefined
  return insertion(text, parent, `${path.at(-1)}: ${line}`)
}

/**
 * The text with values set in place.
 * @param settings paths with their values @param wanted what the outcome has to say, as plain values
 * @returns undefined where a value has no place of its own, or the outcome says something else
 */
export function spliced(
  text: string,
  settings: readonly (readonly [path: readonly string[], value: unknown])[],
  wanted: unknown,
): string | undefined {
  if (text.length > CHARACTERS_MAX) return undefined
  const document = parseDocument(text)
  const splices: Splice[] = []
  for (const [path, value] of settings) {
    const splice = spliceFor(text, document, path, value)
    if (splice === undefined) return undefined
    splices.push(splice)
  }
  // From the end, so that places before stay right; of several at one place the first comes first.
  const ordered = splices.map((splice, index) => ({ ...splice, index }))
  ordered.sort((one, other) => other.start - one.start || other.index - one.index)
  const outcome = ordered.reduce(
    (now, { start, end, text: line }) => now.slice(0, start) + line + now.slice(end),
    text,
  )
  const read = parseDocument(outcome, { uniqueKeys: true })
  return read.errors.length === 0 && isDeepStrictEqual(read.toJS(), wanted) ? outcome : undefined
}
