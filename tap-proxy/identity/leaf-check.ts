import type { X509Certificate } from 'node:crypto'
import { loadX509, type X509 } from '../certificate/x509.ts'

/** Certificates remembered; a mesh has as many as it has taps, and each comes back once a connection. */
const REMEMBERED_MAX = 2000

export type LeafFault = 'is_ca' | 'key_usage'

/**
 * Whether a certificate is a leaf: no CA, for signatures of its own and for no other certificate's
 * (X509-SVID.md section 4). A real parser reads it, since Node does not tell: its `keyUsage` prints the
 * extended usage, and its `ca` is false for a CA whose key usage leaves out the signing.
 */
export class LeafCheck {
  readonly #x509: X509
  readonly #known = new Map<string, LeafFault | undefined>()

  private constructor(x509: X509) {
    this.#x509 = x509
  }

  static async load(): Promise<LeafCheck> {
    return new LeafCheck(await loadX509())
  }

  faultOf(certificate: X509Certificate): LeafFault | undefined {
    const { fingerprint256 } = certificate
    if (!this.#known.has(fingerprint256)) {
      if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
      this.#known.set(fingerprint256, this.#read(certificate))
    }
    return this.#known.get(fingerprint256)
  }

  #read({ raw }: X509Certificate): LeafFault | undefined {
    const { BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags, X509Certificate } = this.#x509
    try {
      const parsed = new X509Certificate(new Uint8Array(raw))
      if (parsed.getExtension(BasicConstraintsExtension)?.ca === true) return 'is_ca'
      const usages = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0
      const { digitalSignature, keyCertSign, cRLSign } = KeyUsageFlags
      const signs = (usages & digitalSignature) !== 0
      return signs && (usages & (keyCertSign | cRLSign)) === 0 ? undefined : 'key_usage'
    } catch {
      return 'key_usage'
    }
  }
}
