import type { ConfigChanged } from '../../model/enforcement.ts'

/** Changes as lines of the audit: one a change, beginning with the feature that it belongs to. */

type Change = ConfigChanged['changes'][number]

/** Characters of either side; the documents themselves are kept beside. */
const TEXT_MAX = 65_536

/** How every line about a feature begins. */
export function featureMark(service: string, feature: string): string {
  return `${service}.${feature} `
}

function lineOf({ service, feature, caller, name }: Change, value: string): string {
  return `${featureMark(service, feature)}${caller === '' ? '' : `for ${caller} `}${name}: ${value}`
}

/** Cut at a whole line. */
export function linesText(lines: readonly string[]): string {
  let text = ''
  for (const [index, line] of lines.entries()) {
    if (text.length + line.length > TEXT_MAX) return `${text}\nand ${lines.length - index} more`
    text += index === 0 ? line : `\n${line}`
  }
  return text
}

export function beforeLines(changes: readonly Change[]): string[] {
  return changes.map((change) => lineOf(change, change.before))
}

export function afterLines(changes: readonly Change[]): string[] {
  return changes.map((change) => lineOf(change, change.after))
}
