import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { certificatesIn } from '../../identity/pem.ts'
import type { Identity } from './identity.ts'

/** How its owner ends a connection. */
export interface Ending {
  /** Ends it if no call is in progress. */
  drain(): void
  /** Ends it now. */
  cut(): void
}

interface Proven {
  /** Of the CA above the peer; undefined where it cannot be told. */
  rootFingerprint: string | undefined
  /** A CA left the bundle, and it may have been this one's. */
  doubted: boolean
  not_after_ms: number
  ending: Ending
  /** When it is cut; undefined while it holds. */
  cut_ms: number | undefined
}

/** Certificates of one path that are looked at. */
const PATH_MAX = 16

/** How long calls on a connection that holds no more may take to end. */
export const LEAVE_MS = 30_000

/**
 * Open connections by what they were believed for. A certificate is only checked while a connection is
 * made; these end when it expires, or when the CA above it leaves the bundle.
 */
export class ProvenConnections {
  readonly #open = new Map<TLSSocket, Proven>()
  #trusted: ReadonlySet<string> = new Set()

  /** Takes the CAs that are trusted from now on. */
  trust({ bundle }: Pick<Identity, 'bundle'>): void {
    const certificates = certificatesIn(bundle, 'the bundle')
    const trusted = new Set(certificates.map((text) => new X509Certificate(text).fingerprint256))
    const removed = [...this.#trusted].filter((fingerprint) => !trusted.has(fingerprint))
    this.#trusted = trusted
    for (const proven of removed.length > 0 ? this.#open.values() : []) {
      const { rootFingerprint: root } = proven
      proven.doubted ||= root === undefined || removed.includes(root)
    }
  }

  /** @param not_after_ms when the certificate of the peer ends, wall clock */
  add(socket: TLSSocket, not_after_ms: number, ending: Ending): void {
    this.#open.set(socket, {
      rootFingerprint: rootOf(socket),
      doubted: false,
      not_after_ms,
      ending,
      cut_ms: undefined,
    })
    socket.once('close', () => this.#open.delete(socket))
  }

  /** Ends what holds no more: at once where nothing is in progress, else within LEAVE_MS. @returns how many began to end */
  sweep(now_ms: number): number {
    let ended = 0
    for (const proven of this.#open.values()) {
      if (now_ms < proven.not_after_ms && !proven.doubted) continue
      if (proven.cut_ms === undefined) {
        proven.cut_ms = now_ms + LEAVE_MS
        ended++
      }
      if (now_ms >= proven.cut_ms) proven.ending.cut()
      else proven.ending.drain()
    }
    return ended
  }
}

/**
 * The end of the path that the handshake found: the CA of our bundle, which the peer need not have sent.
 * Node does not tell it where the peer sent intermediates (24.21); such connections are made anew when
 * any CA leaves.
 */
function rootOf(socket: TLSSocket): string | undefined {
  let last = socket.getPeerCertificate(true)
  if (last.issuerCertificate === undefined) return undefined
  for (let steps = 0; steps < PATH_MAX && last.issuerCertificate !== undefined; steps++) {
    if (last.issuerCertificate.fingerprint256 === last.fingerprint256) break
    last = last.issuerCertificate
  }
  return last.fingerprint256
}
