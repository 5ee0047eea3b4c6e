/**
 * Who a tap is, as control and taps tell each other: SPIFFE IDs (SPIFFE-ID.md) in X.509 certificates
 * (X509-SVID.md). `POST /api/v1/join-tokens` lets a person admit a tap; with the token the tap posts a
 * request to `POST /v1/identity/<tap>` and gets a certificate whose name control decides.
 */

export const TRUST_DOMAIN_DEFAULT = 'tapmesh.local'
/** Application protocol by which a tap knows another tap's TLS (RFC 7301). */
export const MESH_PROTOCOL = 'tapmesh/1'
/** Bodies above it are refused, in both directions. */
export const IDENTITY_BODY_BYTES_MAX = 64 * 1024
/** Join tokens that are neither used nor expired. */
export const JOIN_TOKENS_MAX = 1000
export const JOIN_TOKEN_MS = 10 * 60_000

/** Body of `POST /api/v1/join-tokens`, with the token of the API. */
export interface JoinTokenAsk {
  service: string
  /** Only the tap of this name may use it. */
  tap?: string | undefined
  reason: string
  actor?: string | undefined
}

export interface JoinTokenAnswer {
  /** Shown once; control keeps its hash. */
  token: string
  id: string
  tap: string | null
  /** RFC 3339. */
  expires_at: string
}

/** Body of `POST /v1/identity/<tap>`: a request, and what gives a right to the answer. */
export interface IdentityAsk {
  /** PKCS #10 in PEM (RFC 2986), ECDSA P-256; whatever names it holds are ignored. */
  csr: string
  join_token?: string | undefined
  renewal?: Renewal | undefined
}

/** The key of the certificate in use vouches for the new one. */
export interface Renewal {
  /** The certificate in use, PEM. */
  certificate: string
  /** ECDSA with SHA-256 over `renewalText`, base64. */
  signature: string
}

export interface IdentityGrant {
  id: string
  /** The leaf, PEM, then what leads to the bundle. */
  chain: string
  /** Every CA that taps have to trust, PEM: the one in use, the next, those whose leaves may live. */
  bundle: string
  /** RFC 3339. */
  not_after: string
  /** By the key of the CA in use over `grantText`, ECDSA with SHA-256, base64. */
  signature: string
}

/**
 * What the old key signs. It names the new key (the request holds it and is signed by it), so whoever
 * sends a copy of it again gets a certificate for a key that he does not have.
 */
export function renewalText(tap: string, csr: string): string {
  return `tapmesh renewal 1\n${tap}\n${csr.trim()}\n`
}

/** What the CA signs beside the certificate, so that nobody on the way can add a CA to the bundle. */
export function grantText(grant: Pick<IdentityGrant, 'id' | 'chain' | 'bundle'>): string {
  return `tapmesh grant 1\n${grant.id}\n${grant.chain.trim()}\n${grant.bundle.trim()}\n`
}

/** `<secret>.<fingerprint>`: the first half is the right to join, the second tells which CA answers. */
export function parseJoinToken(text: string): { secret: string; fingerprint: string } | undefined {
  const [, secret, fingerprint] = /^tmj_([A-Za-z0-9_-]{43})\.([0-9a-f]{32})$/.exec(text.trim()) ?? []
  return secret === undefined || fingerprint === undefined ? undefined : { secret, fingerprint }
}

/** SPIFFE-ID.md section 2.3: what a part of the path may hold; `.` and `..` are refused there, too. */
export function isPathPart(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,128}$/.test(text) && text !== '.' && text !== '..'
}

export function isTrustDomain(text: string): boolean {
  return /^[a-z0-9._-]{1,255}$/.test(text)
}

/** `spiffe://prod.example/svc/checkout` */
export function spiffeIdOf(trustDomain: string, service: string): string {
  return `spiffe://${trustDomain}/svc/${service}`
}

/** @returns undefined for what SPIFFE-ID.md section 2 does not allow; a path is required */
export function parseSpiffeId(text: string): { trustDomain: string; path: readonly string[] } | undefined {
  const [, trustDomain = '', rest = ''] = /^spiffe:\/\/([^/]+)\/(.+)$/.exec(text) ?? []
  const path = rest.split('/')
  if (text.length > 2048 || !isTrustDomain(trustDomain) || !path.every(isPathPart)) return undefined
  return { trustDomain, path }
}

/** The service that an ID stands for: its last part, as rules of a policy take it. */
export function serviceOfId(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}
