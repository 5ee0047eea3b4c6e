import { createPrivateKey, X509Certificate } from 'node:crypto'
import { certificatesIn } from '../../identity/pem.ts'
import { TapmeshError } from '../../model/error.ts'
import { parseSpiffeId } from '../../model/identity.ts'
import { uriOf } from './uri-name.ts'

/** What proves whose tap this is, checked and ready for TLS. */
export interface Identity {
  /** SPIFFE ID. */
  readonly id: string
  readonly trustDomain: string
  /** PEM, each. */
  readonly key: string
  readonly chain: string
  readonly bundle: string
  /** Wall clock, milliseconds. */
  readonly not_before_ms: number
  readonly not_after_ms: number
}

/** Where an identity comes from, and comes anew. */
export interface IdentitySource {
  /** Undefined until there is one; from then on the last good one, however old. */
  readonly current: Identity | undefined
  /** Told of every new one, and at once of one that is there already. @returns how to stop listening */
  onChange(listener: (identity: Identity) => void): () => void
  close(): void
}

export interface IdentityTexts {
  key: string
  chain: string
  bundle: string
}

/** What the parts are called in messages. */
export interface PartNames {
  key: string
  chain: string
  bundle: string
}

function invalid(message: string, hint: string, cause?: unknown): TapmeshError {
  return new TapmeshError('TAPMESH_IDENTITY_INVALID', message, hint, { cause })
}

/**
 * Puts key, chain and bundle together.
 * @throws TapmeshError TAPMESH_IDENTITY_INVALID where they do not fit, with what to do
 */
export function readIdentity(texts: IdentityTexts, names: PartNames, now_ms: number): Identity {
  const chain = parse(certificatesIn(texts.chain, names.chain), names.chain)
  const bundle = parse(certificatesIn(texts.bundle, names.bundle), names.bundle)
  const leaf = chain[0]!
  checkKey(leaf, texts.key, names)
  const { id, trustDomain } = checkLeaf(leaf, names.chain, now_ms)
  checkPath(chain, bundle, names)
  return {
    id,
    trustDomain,
    key: texts.key,
    chain: texts.chain,
    bundle: texts.bundle,
    not_before_ms: leaf.validFromDate.getTime(),
    not_after_ms: leaf.validToDate.getTime(),
  }
}

function parse(texts: readonly string[], name: string): X509Certificate[] {
  return texts.map((text, index) => {
    try {
      return new X509Certificate(text)
    } catch (error) {
      throw invalid(
        `${name}: certificate ${index + 1} cannot be read`,
        'Look at it with openssl x509 -text.',
        error,
      )
    }
  })
}

function checkKey(leaf: X509Certificate, key: string, names: PartNames): void {
  let fits: boolean
  try {
    fits = leaf.checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw invalid(
      `${names.key} holds no private key in PEM`,
      'It is written anew, or it needs a passphrase; keys of taps have none.',
      error,
    )
  }
  if (fits) return
  throw invalid(
    `${names.key} is not the key of the first certificate in ${names.chain}`,
    'While both are being exchanged this goes by; else put the leaf first.',
  )
}

function checkLeaf(leaf: X509Certificate, name: string, now_ms: number): { id: string; trustDomain: string } {
  const until_ms = leaf.validToDate.getTime()
  if (now_ms >= until_ms)
    throw invalid(`${name} has expired at ${leaf.validToDate.toISOString()}`, 'Renew it.')
  if (now_ms < leaf.validFromDate.getTime()) {
    throw invalid(
      `${name} is not valid before ${leaf.validFromDate.toISOString()}`,
      'Set the clocks of this machine and of the CA right.',
    )
  }
  if (leaf.ca) throw invalid(`${name}: the first certificate is a CA`, 'Put the leaf of the tap first.')
  const id = uriOf(leaf)
  const parsed = id === undefined ? undefined : parseSpiffeId(id)
  if (id !== undefined && parsed) return { id, trustDomain: parsed.trustDomain }
  throw invalid(
    `${name}: ${leaf.subjectAltName ?? 'no name'} is not exactly one SPIFFE ID`,
    'The leaf needs one URI name like spiffe://prod.example/svc/orders.',
  )
}

/** From the leaf up to a CA of the bundle that is signed by itself: peers check no shorter path. */
function checkPath(
  chain: readonly X509Certificate[],
  bundle: readonly X509Certificate[],
  names: PartNames,
): void {
  let last = chain[0]!
  for (let steps = 0; steps <= chain.length + bundle.length; steps++) {
    if (issued(last, last)) {
      if (bundle.some(({ fingerprint256 }) => fingerprint256 === last.fingerprint256)) return
      throw invalid(
        `${names.bundle} does not hold the root ${oneLine(last.subject)}`,
        `Add it to ${names.bundle}.`,
      )
    }
    const next = [...chain.slice(1), ...bundle].find((candidate) => issued(last, candidate))
    if (!next) {
      const inBundle = bundle.some(({ fingerprint256 }) => fingerprint256 === last.fingerprint256)
      throw invalid(
        `nothing leads on from ${oneLine(last.subject)}: its issuer ${oneLine(last.issuer)} is missing`,
        inBundle
          ? `${names.bundle} must hold the root, not an intermediate alone.`
          : `Add the intermediate to ${names.chain}, behind the leaf, and the root to ${names.bundle}.`,
      )
    }
    last = next
  }
  throw invalid(
    `the certificates in ${names.chain} and ${names.bundle} go round in a circle`,
    'Make them anew.',
  )
}

function issued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}
