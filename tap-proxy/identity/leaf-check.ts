import type { X509Certificate } from 'node:crypto'
import { loadX509, type X509 } from '../../identity/x509.ts'

/** Certificates remembered; a mesh has as many as it has taps, and each comes back once a connection. */
const REMEMBERED_MAX = 2000

export type LeafFault = 'is_ca' | 'key_usage'

/**
 * Whether a certificate is a leaf: no CA, for signatures of its own and for no other certificate's
 * (X509-SVID.md section 4). A real parser reads it, since Node does not tell: its `keyUsage` prints the
 * extended usage, and its `ca` is false for a CA whose key usage leaves out the signing.
 */
export class LeafCheck {
  #x509: X509 | undefined
  readonly #known = new Map<string, LeafFault | undefined>()

  /** Loads the parser; until then no certificate is a leaf. */
  async load(): Promise<this> {
    this.#x509 = await loadX509()
    return this
  }

  faultOf(certificate: X509Certificate): LeafFault | undefined {
    if (!this.#x509) return 'key_usage'
    const { fingerprint256 } = certificate
    if (!this.#known.has(fingerprint256)) {
      if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
      this.#known.set(fingerprint256, read(certificate, this.#x509))
    }
    return this.#known.get(fingerprint256)
  }
}

function read({ raw }: X509Certificate, x509: X509): LeafFault | undefined {
  const { BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags } = x509
  try {
    const parsed = new x509.X509Certificate(new Uint8Array(raw))
    if (parsed.getExtension(BasicConstraintsExtension)?.ca === true) return 'is_ca'
    const usages = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0
    const { digitalSignature, keyCertSign, cRLSign } = KeyUsageFlags
    const signs = (usages & digitalSignature) !== 0
    return signs && (usages & (keyCertSign | cRLSign)) === 0 ? undefined : 'key_usage'
  } catch {
    return 'key_usage'
  }
}
