import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { pemOf } from '../../identity/pem.ts'
import { CLOCK_SKEW_MS, KEY_ALGORITHM, loadX509, SIGN_ALGORITHM, serialNumber } from '../../identity/x509.ts'

/** One certificate authority of the mesh: a key, and a certificate that is valid for a year. */
export interface Authority {
  /** From 1; a later one has a higher number. */
  readonly number: number
  /** PEM. */
  readonly certificate: string
  readonly key: KeyObject
  /** Wall clock, milliseconds. */
  readonly made_ms: number
  readonly not_after_ms: number
}

export const AUTHORITY_MS = 365 * 86_400_000

/** @returns the key as PKCS #8 (RFC 5958) and the certificate, both PEM in one text */
export async function makeAuthority(number: number, now_ms: number): Promise<string> {
  const x509 = await loadX509()
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const serial = serialNumber()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    // Names of authorities differ, so that a chain leads to one of them only.
    name: [{ O: ['tapmesh'] }, { CN: [`tapmesh CA ${number} ${serial.slice(0, 8)}`] }],
    notBefore: new Date(now_ms - CLOCK_SKEW_MS),
    notAfter: new Date(now_ms + AUTHORITY_MS),
    signingAlgorithm: SIGN_ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const key = pemOf('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return `${key}${certificate.toString('pem').trim()}\n`
}

/** @param text as `makeAuthority` gives it @throws where a part is damaged or the parts are not of each other */
export function readAuthority(number: number, text: string): Authority {
  const at = text.indexOf('-----BEGIN CERTIFICATE-----')
  if (at < 0) throw new Error('there is no certificate in it')
  const key = createPrivateKey(text.slice(0, at))
  const certificate = text.slice(at)
  const parsed = new X509Certificate(certificate)
  if (!parsed.checkPrivateKey(key)) throw new Error('the key is not the one of the certificate')
  return {
    number,
    certificate,
    key,
    made_ms: parsed.validFromDate.getTime() + CLOCK_SKEW_MS,
    not_after_ms: parsed.validToDate.getTime(),
  }
}
