/** Longest line of an array that stays on one line, as the formatter of this repository wants it. */
const LINE_WIDTH = 110

/**
 * JSON as the repository's formatter would write it: objects one key a line, arrays of plain values
 * on one line where they fit. Results are committed, so they are read in diffs.
 */
export function jsonText(value: unknown, indent = ''): string {
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    const flat = `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
    const plain = value.every((one) => typeof one !== 'object' || one === null)
    if (plain && indent.length + flat.length < LINE_WIDTH) return flat
    return `[\n${value.map((one) => deeper + jsonText(one, deeper)).join(',\n')}\n${indent}]`
  }
  if (typeof value === 'object' && value !== null) {
    const lines = Object.entries(value).map(([key, one]) => {
      const name = `${deeper}${JSON.stringify(key)}: `
      // The key stands on the line too, so an array has that much less room.
      return name + (Array.isArray(one) ? arrayBehind(name, one, deeper) : jsonText(one, deeper))
    })
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`
  }
  return JSON.stringify(value) ?? 'null'
}

function arrayBehind(name: string, value: unknown[], indent: string): string {
  const text = jsonText(value, indent)
  const fits = text.includes('\n') || name.length + text.length < LINE_WIDTH
  if (fits) return text
  const deeper = `${indent}  `
  return `[\n${value.map((one) => deeper + JSON.stringify(one)).join(',\n')}\n${indent}]`
}
