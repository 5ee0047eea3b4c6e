import { loadX509, SIGN_ALGORITHM, serialNumber } from '../../../identity/x509.ts'
import type { Identity } from '../../../tap-proxy/identity/identity.ts'

/** Certificates as they should be, and as they should not. */

export interface TestAuthority {
  name: string
  certificate: string
  keys: CryptoKeyPair
}

export interface LeafOptions {
  /** URI names; by default one of service orders. */
  ids?: string[]
  from_ms?: number
  to_ms?: number
  isCa?: boolean
  keyCertSign?: boolean
  noKeyUsage?: boolean
}

const HOUR = 3_600_000
export const TRUST_DOMAIN = 'prod.example'
export const idOf = (service: string) => `spiffe://${TRUST_DOMAIN}/svc/${service}`

async function pemOf({ privateKey }: CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`
}

/** @param issuer undefined: signed by itself */
export async function makeTestAuthority(name: string, issuer?: TestAuthority): Promise<TestAuthority> {
  const x509 = await loadX509()
  const keys = await crypto.subtle.generateKey(SIGN_ALGORITHM, true, ['sign', 'verify'])
  const above = issuer && new x509.X509Certificate(issuer.certificate)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [name] }],
    issuer: above ? above.subjectName : [{ CN: [name] }],
    notBefore: new Date(Date.now() - 1000 * HOUR),
    notAfter: new Date(Date.now() + 1000 * HOUR),
    signingAlgorithm: SIGN_ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { name, certificate: `${certificate.toString('pem').trim()}\n`, keys }
}

export async function makeLeaf(
  authority: TestAuthority,
  options: LeafOptions = {},
): Promise<{ key: string; certificate: string }> {
  const x509 = await loadX509()
  const { digitalSignature, keyCertSign } = x509.KeyUsageFlags
  const keys = await crypto.subtle.generateKey(SIGN_ALGORITHM, true, ['sign', 'verify'])
  const issuer = new x509.X509Certificate(authority.certificate)
  const usages = digitalSignature | (options.keyCertSign ? keyCertSign : 0)
  const names = (options.ids ?? [idOf('orders')]).map((value) => ({ type: 'url' as const, value }))
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: ['test'] }],
    issuer: issuer.subjectName,
    notBefore: new Date(options.from_ms ?? Date.now() - HOUR),
    notAfter: new Date(options.to_ms ?? Date.now() + HOUR),
    signingAlgorithm: SIGN_ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(options.isCa === true, undefined, true),
      ...(options.noKeyUsage ? [] : [new x509.KeyUsagesExtension(usages, true)]),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  })
  return { key: await pemOf(keys), certificate: `${leaf.toString('pem').trim()}\n` }
}

/** A leaf as an identity, unchecked: a test may want a bad one. */
export async function identityOf(
  authority: TestAuthority,
  options: LeafOptions = {},
  more: { chain?: string; bundle?: string } = {},
): Promise<Identity> {
  const { key, certificate } = await makeLeaf(authority, options)
  return {
    id: options.ids?.[0] ?? idOf('orders'),
    trustDomain: TRUST_DOMAIN,
    key,
    chain: certificate + (more.chain ?? ''),
    bundle: more.bundle ?? authority.certificate,
    not_before_ms: options.from_ms ?? Date.now() - HOUR,
    not_after_ms: options.to_ms ?? Date.now() + HOUR,
  }
}
