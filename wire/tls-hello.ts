import { MESH_PROTOCOL } from '../model/identity.ts'

/**
 * What a connection is, told from the bytes it begins with: TLS of another tap, TLS of the application's
 * own, or something else. Only a ClientHello is looked into (RFC 8446 sections 4.1.2 and 5.1); whatever
 * is not exactly one is passed on as it is.
 */
export type Peeked =
  | { kind: 'plaintext' }
  | { kind: 'mesh-tls'; sni: string; alpn: string }
  /** `alpn`: protocols that the client offers, by comma. */
  | { kind: 'foreign-tls'; sni: string; alpn: string }
  /** It began like a ClientHello; more bytes are needed. */
  | { kind: 'more' }

/** A ClientHello with the keys of today has some two thousand bytes; a longer one is not a tap's. */
export const HELLO_BYTES_MAX = 16 * 1024

const HANDSHAKE = 0x16
const CLIENT_HELLO = 1
const RECORD_HEAD = 5
const RECORD_BYTES_MAX = 16 * 1024
/** Nobody who means well cuts a ClientHello into more; gathering thousands would cost the tap. */
const RECORDS_MAX = 8
/** Names of protocols that are looked at. */
const PROTOCOLS_MAX = 16
const EXTENSION = { serverName: 0, alpn: 16 } as const

const PLAINTEXT: Peeked = { kind: 'plaintext' }
const MORE: Peeked = { kind: 'more' }
const FOREIGN: Peeked = { kind: 'foreign-tls', sni: '', alpn: '' }

/** @param bytes all that came so far */
export function peek(bytes: Buffer): Peeked {
  if (bytes.length === 0) return MORE
  if (bytes[0] !== HANDSHAKE) return PLAINTEXT
  if (bytes.length === 1) return MORE
  // The record's version is 3.x whatever is negotiated (RFC 8446 section 5.1).
  if (bytes[1] !== 3) return PLAINTEXT
  const hello = helloIn(bytes)
  if (hello !== undefined) return hello === null ? FOREIGN : named(hello)
  return bytes.length >= HELLO_BYTES_MAX ? FOREIGN : MORE
}

/** The body of the ClientHello, gathered from its records; undefined while a part is missing, null where it is none. */
function helloIn(bytes: Buffer): Buffer | undefined | null {
  const parts: Buffer[] = []
  let gathered = 0
  let at = 0
  while (at + RECORD_HEAD <= bytes.length) {
    const length = bytes.readUInt16BE(at + 3)
    if (bytes[at] !== HANDSHAKE || bytes[at + 1] !== 3 || length === 0 || length > RECORD_BYTES_MAX)
      return null
    if (parts.length === RECORDS_MAX) return null
    const part = bytes.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length)
    parts.push(part)
    gathered += part.length
    const message = parts.length === 1 ? part : Buffer.concat(parts)
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return null
    if (message.length >= 4) {
      const size = message.readUIntBE(1, 3)
      if (size > HELLO_BYTES_MAX) return null
      if (gathered >= 4 + size) return message.subarray(4, 4 + size)
    }
    if (part.length < length) return undefined
    at += RECORD_HEAD + length
  }
  return undefined
}

/** Reads a field of the ClientHello after the other; past its end everything is absent. */
class Reader {
  readonly #bytes: Buffer
  #at = 0
  broken = false

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.broken || this.#at >= this.#bytes.length
  }

  number(width: 1 | 2): number {
    if (this.#at + width > this.#bytes.length) {
      this.broken = true
      return 0
    }
    this.#at += width
    return this.#bytes.readUIntBE(this.#at - width, width)
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) {
      this.broken = true
      return Buffer.alloc(0)
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** A list behind its own length. */
  list(width: 1 | 2): Buffer {
    return this.take(this.number(width))
  }
}

function named(hello: Buffer): Peeked {
  const reader = new Reader(hello)
  // legacy_version and random, then session, cipher suites and compression, each behind its length.
  reader.take(34)
  reader.list(1)
  reader.list(2)
  reader.list(1)
  const extensions = new Reader(reader.done ? Buffer.alloc(0) : reader.list(2))
  let sni = ''
  let alpn: readonly string[] = []
  while (!extensions.done) {
    const type = extensions.number(2)
    const body = extensions.list(2)
    if (extensions.broken) return FOREIGN
    if (type === EXTENSION.serverName) sni = nameIn(body)
    else if (type === EXTENSION.alpn) alpn = protocolsIn(body)
  }
  if (reader.broken) return FOREIGN
  const mesh = alpn.includes(MESH_PROTOCOL)
  return { kind: mesh ? 'mesh-tls' : 'foreign-tls', sni, alpn: alpn.filter(isPrintable).join(',') }
}

/** The host name of a server_name extension (RFC 6066 section 3), or empty where it is none that a map may show. */
function nameIn(body: Buffer): string {
  const names = new Reader(new Reader(body).list(2))
  const isHost = names.number(1) === 0
  const name = names.list(2).toString('latin1')
  return isHost && !names.broken && /^[A-Za-z0-9._-]{1,253}$/.test(name) ? name : ''
}

/** Protocols of an ALPN extension (RFC 7301 section 3.1), a few of them. */
function protocolsIn(body: Buffer): string[] {
  const list = new Reader(new Reader(body).list(2))
  const protocols: string[] = []
  while (!list.done && protocols.length < PROTOCOLS_MAX) {
    const name = list.list(1).toString('latin1')
    if (!list.broken) protocols.push(name)
  }
  return protocols
}

/** GREASE (RFC 8701) and other names that a map cannot show are left out. */
function isPrintable(name: string): boolean {
  return /^[A-Za-z0-9./_-]{1,32}$/.test(name)
}
