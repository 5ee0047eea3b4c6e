import { createHash, X509Certificate } from 'node:crypto'
import { TapmeshError } from '../model/error.ts'

/** Texts of certificates and keys (RFC 7468). */

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g
/** One block ends and the next begins on the same line: what `cat a b` makes of a file without a last line break. */
const GLUED = /-----END [A-Z0-9 ]+----- *-----BEGIN/

/** @param name of the file, for the message @throws TapmeshError TAPMESH_IDENTITY_INVALID */
export function certificatesIn(text: string, name: string): string[] {
  if (GLUED.test(text)) {
    throw new TapmeshError(
      'TAPMESH_IDENTITY_INVALID',
      `${name}: one certificate ends on the line on which the next begins`,
      'Put a line break between them.',
    )
  }
  const found = text.match(CERTIFICATE) ?? []
  if (found.length > 0) return found
  throw new TapmeshError(
    'TAPMESH_IDENTITY_INVALID',
    `${name} holds no certificate in PEM`,
    'It begins with -----BEGIN CERTIFICATE-----; a file that is being written is read again.',
  )
}

/** @param der the content @param label like `PRIVATE KEY` */
export function pemOf(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** First half of the SHA-256 of a certificate in PEM, hex: enough to know it again. */
export function fingerprintOf(certificate: string): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex').slice(0, 32)
}
