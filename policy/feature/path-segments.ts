/**
 * A path cut into the segments that rules are matched against: empty ones and what follows a `;` do
 * not count, percent-encoded letters, digits and `-._~` are decoded (RFC 3986 section 6.2.2.2).
 */

/**
 * What one program reads as a step up or a further segment and another as a name. Such a path fits no
 * rule that allows and every rule that denies. The same text serves RE2 and JavaScript.
 */
export const AMBIGUOUS_PATH = '(?i)%2f|%5c|%00|\\\\|(^|/)(\\.|%2e){1,2}(/|;|$)'
const AMBIGUOUS = new RegExp(AMBIGUOUS_PATH.slice(4), 'i')

const ENCODED = /%(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi
const UNRESERVED = /^[A-Za-z0-9._~-]$/

export function isAmbiguous(path: string): boolean {
  // Most paths hold none of these three, and looking for a byte is cheap.
  if (!path.includes('%') && !path.includes('.') && !path.includes('\\')) return false
  return AMBIGUOUS.test(path)
}

function decoded(segment: string): string {
  return segment.replace(ENCODED, (text) => {
    const char = String.fromCharCode(Number.parseInt(text.slice(1), 16))
    return UNRESERVED.test(char) ? char : text
  })
}

export function segmentsOf(path: string): string[] {
  const segments: string[] = []
  let start = 0
  while (start <= path.length) {
    let end = path.indexOf('/', start)
    if (end < 0) end = path.length
    if (end > start) {
      const parameter = path.indexOf(';', start)
      const last = parameter >= 0 && parameter < end ? parameter : end
      if (last > start) segments.push(path.slice(start, last))
    }
    start = end + 1
  }
  return path.includes('%') ? segments.map(decoded) : segments
}
