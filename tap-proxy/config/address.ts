import { isIP } from 'node:net'
import type { Address } from '../../net/address.ts'

/** Addresses as people write them. Each returns undefined for a text of another form. */

const LOOPBACK = '127.0.0.1'
/** A name of the DNS or a hosts file; underscores occur in practice. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/

/** `8080`, `127.0.0.1:8080`, `[::1]:8080`, `orders:80`, with or without `http://`; a bare port is on loopback. */
export function parseAddress(text: string): Address | undefined {
  const plain = text.trim().replace(/^http:\/\/([^/]*)\/?$/, '$1')
  if (/^[0-9]+$/.test(plain)) return withPort(LOOPBACK, plain)
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+)):([0-9]+)$/.exec(plain)
  if (!match) return undefined
  const host = match[1] ?? match[2]!
  if (match[1] !== undefined ? isIP(host) !== 6 : !isHost(host)) return undefined
  return withPort(host, match[3]!)
}

function withPort(host: string, digits: string): Address | undefined {
  const port = Number(digits)
  return digits.length <= 5 && port <= 65_535 ? { host, port } : undefined
}

/** A name or an address; `1.2.3` and `999.1.1.1` are neither, though a resolver might guess at them. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (NAME.test(text) && !/^[0-9.]+$/.test(text))
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

/** Entry of an allow-list: a host, `*.suffix`, or a network. */
export function isAllowEntry(text: string): boolean {
  if (text.startsWith('*.')) return NAME.test(text.slice(2))
  const [host = '', bits, ...rest] = text.split('/')
  if (bits === undefined) return isHost(host)
  return (
    rest.length === 0 &&
    isIP(host) !== 0 &&
    /^[0-9]{1,3}$/.test(bits) &&
    Number(bits) <= (isIP(host) === 4 ? 32 : 128)
  )
}
