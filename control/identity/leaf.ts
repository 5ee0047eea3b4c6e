import { X509Certificate } from 'node:crypto'
import {
  CLOCK_SKEW_MS,
  KEY_ALGORITHM,
  loadX509,
  SIGN_ALGORITHM,
  serialNumber,
  type X509,
} from '../../identity/x509.ts'
import { TapmeshError } from '../../model/error.ts'
import type { Authority } from './authority.ts'

/** What control decides about a leaf; of the request only the key is taken. */
export interface LeafNames {
  /** The one URI name. */
  id: string
  tap: string
}

const CSR_BYTES_MAX = 8 * 1024
/** RFC 5280, upper bound of a common name. */
const COMMON_NAME_MAX = 64

/** The subject of a tap's leaf: its name, as much of it as fits. */
export function commonNameOf(tap: string): string {
  return tap.slice(0, COMMON_NAME_MAX)
}

function wrong(message: string, cause?: unknown): TapmeshError {
  return new TapmeshError(
    'TAPMESH_CSR_INVALID',
    message,
    'Send a PKCS #10 request in PEM for an ECDSA P-256 key, signed by that key.',
    { cause },
  )
}

/** The key of a request that is signed by that very key. @throws TapmeshError TAPMESH_CSR_INVALID */
async function keyOf(x509: X509, csr: string): Promise<CryptoKey> {
  if (csr.length > CSR_BYTES_MAX) throw wrong(`the certificate request is larger than ${CSR_BYTES_MAX} bytes`)
  try {
    const request = new x509.Pkcs10CertificateRequest(csr)
    const { name, namedCurve } = request.publicKey.algorithm as { name: string; namedCurve?: string }
    if (name !== KEY_ALGORITHM.name || namedCurve !== KEY_ALGORITHM.namedCurve)
      throw wrong(`the certificate request holds a key of ${namedCurve ?? name}`)
    if (!(await request.verify())) throw wrong('the certificate request is not signed by its own key')
    return await request.publicKey.export(crypto)
  } catch (error) {
    throw (error as TapmeshError).code === 'TAPMESH_CSR_INVALID'
      ? error
      : wrong('the certificate request cannot be read', error)
  }
}

/**
 * Signs a leaf as X509-SVID.md section 4 wants it: no CA, signatures only, for both ends of a
 * connection, exactly one URI name. It never outlives the CA.
 * @returns PEM
 * @throws TapmeshError TAPMESH_CSR_INVALID
 */
export async function signLeaf(
  csr: string,
  { id, tap }: LeafNames,
  authority: Authority,
  now_ms: number,
  lifetime_ms: number,
): Promise<string> {
  const x509 = await loadX509()
  const publicKey = await keyOf(x509, csr)
  const issuer = new x509.X509Certificate(authority.certificate)
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [commonNameOf(tap)] }],
    issuer: issuer.subjectName,
    notBefore: new Date(now_ms - CLOCK_SKEW_MS),
    notAfter: new Date(Math.min(now_ms + lifetime_ms, authority.not_after_ms)),
    signingAlgorithm: SIGN_ALGORITHM,
    signingKey: await signingKeyOf(authority),
    publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: id }]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
  return `${leaf.toString('pem').trim()}\n`
}

async function signingKeyOf({ key }: Authority): Promise<CryptoKey> {
  const der = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
  return crypto.subtle.importKey('pkcs8', der, SIGN_ALGORITHM, false, ['sign'])
}

/** What a leaf of one of these authorities says; undefined where none of them signed it. */
export function readLeaf(
  certificate: string,
  authorities: readonly Authority[],
): { id: string; commonName: string; from_ms: number; to_ms: number; leaf: X509Certificate } | undefined {
  if (certificate.length > CSR_BYTES_MAX) return undefined
  try {
    const leaf = new X509Certificate(certificate)
    const signed = authorities.some((authority) => {
      const issuer = new X509Certificate(authority.certificate)
      return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)
    })
    const [, id = ''] = /^URI:([^,"]+)$/.exec(leaf.subjectAltName ?? '') ?? []
    const [, commonName = ''] = /^CN=(.*)$/.exec(leaf.subject) ?? []
    if (!signed || id === '' || leaf.ca) return undefined
    return {
      id,
      commonName,
      from_ms: leaf.validFromDate.getTime(),
      to_ms: leaf.validToDate.getTime(),
      leaf,
    }
  } catch {
    return undefined
  }
}
