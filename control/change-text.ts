import type { ConfigChanged } from '../model/enforcement.ts'

/** Changes as lines of the audit: one a change, beginning with the feature that it belongs to. */

type Change = ConfigChanged['changes'][number]

/** Characters of either side; the documents themselves are kept beside. */
const TEXT_MAX = 16_384

/** As many changes surely fit. */
const LINES_IN_ORDER = 30

/** How every line about a feature begins. */
export function featureMark(service: string, feature: string): string {
  return `${service}.${feature} `
}

function lineOf({ service, feature, caller, name }: Change, value: string): string {
  return `${featureMark(service, feature)}${caller === '' ? '' : `for ${caller} `}${name}: ${value}`
}

/** What a text that was cut ends with: `and 12 more`. */
export const CUT = /^and \d+ more$/

/** Cut at a whole line. */
export function linesText(lines: readonly string[]): string {
  let text = ''
  for (const [index, line] of lines.entries()) {
    if (text.length + line.length > TEXT_MAX) return `${text}\nand ${lines.length - index} more`
    text += index === 0 ? line : `\n${line}`
  }
  return text
}

/** Each feature is named once before any is told in full, so that a cut leaves out values and not features. */
function inTurn(changes: readonly Change[]): Change[] {
  const seen = new Set<string>()
  const first = new Set<Change>()
  for (const change of changes) {
    const mark = featureMark(change.service, change.feature)
    if (!seen.has(mark)) first.add(change)
    seen.add(mark)
  }
  return changes.length <= LINES_IN_ORDER
    ? [...changes]
    : [...first, ...changes.filter((change) => !first.has(change))]
}

/** Stands where a side has no such value, which then has no line there. */
const ABSENT = 'none'

export function beforeLines(changes: readonly Change[]): string[] {
  const had = changes.filter(({ before }) => before !== ABSENT)
  return inTurn(had).map((change) => lineOf(change, change.before))
}

export function afterLines(changes: readonly Change[]): string[] {
  const has = changes.filter(({ after }) => after !== ABSENT)
  return inTurn(has).map((change) => lineOf(change, change.after))
}
