import { X509Certificate } from 'node:crypto'
import { certificatesIn, fingerprintOf } from '../../identity/pem.ts'
import type { Identity } from './identity.ts'

/** An identity without its key, for people and programs. Times are RFC 3339. */
export interface IdentityDescription {
  /** SPIFFE ID. */
  id: string
  not_before: string
  not_after: string
  serial: string
  /** The CAs that are trusted. */
  bundle: { subject: string; not_after: string; fingerprint: string }[]
}

export function describeIdentity({ id, chain, bundle }: Identity): IdentityDescription {
  const leaf = new X509Certificate(certificatesIn(chain, 'the chain')[0]!)
  return {
    id,
    not_before: leaf.validFromDate.toISOString(),
    not_after: leaf.validToDate.toISOString(),
    serial: leaf.serialNumber,
    bundle: certificatesIn(bundle, 'the bundle').map((text) => {
      const { subject, validToDate } = new X509Certificate(text)
      return {
        subject: subject.replaceAll('\n', ', '),
        not_after: validToDate.toISOString(),
        fingerprint: fingerprintOf(text),
      }
    }),
  }
}
