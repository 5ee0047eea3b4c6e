import { CLASS, COLON, DIGIT, HOST, IPV6 } from '../byte-class.ts'

const PORT_MAX = 65_535

/**
 * True for `host[:port]` as RFC 9110 section 7.2 and RFC 3986 section 3.2 have it: a registered
 * name, an IPv4 address, or an IPv6 literal in brackets. The empty host is legal syntax; user
 * information, commas, slashes and spaces are not (Q34).
 */
export function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  if (bytes[at] === 0x5b && at < end) {
    at++
    const first = at
    while (at < end && (CLASS[bytes[at]!]! & IPV6) !== 0) at++
    if (at === first || at >= end || bytes[at] !== 0x5d) return false
    at++
  } else {
    while (at < end && (CLASS[bytes[at]!]! & HOST) !== 0) at++
  }
  if (at === end) return true
  return bytes[at] === COLON && isPort(bytes, at + 1, end)
}

function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  let value = 0
  for (let at = start; at < end; at++) {
    if ((CLASS[bytes[at]!]! & DIGIT) === 0) return false
    value = value * 10 + bytes[at]! - 0x30
    if (value > PORT_MAX) return false
  }
  return true
}
