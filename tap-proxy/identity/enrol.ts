import { createPublicKey, sign, verify } from 'node:crypto'
import { certificatesIn, fingerprintOf, pemOf } from '../../identity/pem.ts'
import { loadX509, SIGN_ALGORITHM } from '../../identity/x509.ts'
import { TapmeshError } from '../../model/error.ts'
import {
  grantText,
  IDENTITY_BODY_BYTES_MAX,
  type IdentityAsk,
  type IdentityGrant,
  parseJoinToken,
  renewalText,
} from '../../model/identity.ts'
import { openPeer } from '../../net/http-peer.ts'
import { type Identity, readIdentity } from './identity.ts'

/** Asking control for a certificate: the key is made here and never leaves the memory of the tap. */

export interface ControlPlace {
  /** Address of the collector. */
  url: string
  /** Its token. */
  token: string | undefined
  /** Name of this tap. */
  tap: string
}

const NAMES = { key: 'the key', chain: "control's certificate", bundle: "control's bundle" } as const
const ANSWER_MS_MAX = 10_000

interface MadeRequest {
  csr: string
  /** PKCS #8, PEM. */
  key: string
}

/** Control decides every name, so the request holds none. */
async function makeRequest(): Promise<MadeRequest> {
  const x509 = await loadX509()
  const keys = await crypto.subtle.generateKey(SIGN_ALGORITHM, true, ['sign', 'verify'])
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: SIGN_ALGORITHM,
  })
  const key = pemOf('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { csr: `${csr.toString('pem').trim()}\n`, key }
}

function refused(message: string, hint: string): TapmeshError {
  return new TapmeshError('TAPMESH_IDENTITY_INVALID', message, hint)
}

/** Kept until control has answered, so that a lost answer costs no second token. */
export class Enrolment {
  readonly #place: ControlPlace
  #request: MadeRequest | undefined

  constructor(place: ControlPlace) {
    this.#place = place
  }

  /** @throws TapmeshError with control's own code, TAPMESH_PEER_UNAVAILABLE, TAPMESH_IDENTITY_INVALID */
  async join(joinToken: string, now_ms: number): Promise<Identity> {
    const token = parseJoinToken(joinToken)
    if (!token) throw refused('the join token is not of its form', 'It begins with tmj_; copy all of it.')
    const request = await this.#made()
    const grant = await this.#ask({ csr: request.csr, join_token: joinToken.trim() })
    const signer = certificatesIn(grant.bundle, NAMES.bundle).find(
      (text) => fingerprintOf(text) === token.fingerprint,
    )
    if (!signer || !isSignedBy(grant, signer)) {
      throw refused(
        'the answer does not come from the CA that the join token names',
        'Somebody on the way may have answered; or the CA was exchanged since: make a new token.',
      )
    }
    return this.#take(grant, request, now_ms)
  }

  /** @throws as `join` */
  async renew(identity: Identity, now_ms: number): Promise<Identity> {
    const request = await this.#made()
    const certificate = certificatesIn(identity.chain, NAMES.chain)[0]!
    const text = Buffer.from(renewalText(this.#place.tap, request.csr))
    const signature = sign('sha256', text, identity.key).toString('base64')
    const grant = await this.#ask({ csr: request.csr, renewal: { certificate, signature } })
    if (!certificatesIn(identity.bundle, NAMES.bundle).some((signer) => isSignedBy(grant, signer))) {
      throw refused(
        'the answer does not come from a CA of the bundle',
        'Somebody on the way may have answered; or every CA was exchanged: join anew.',
      )
    }
    return this.#take(grant, request, now_ms)
  }

  async #made(): Promise<MadeRequest> {
    this.#request ??= await makeRequest()
    return this.#request
  }

  #take({ chain, bundle }: IdentityGrant, { key }: MadeRequest, now_ms: number): Identity {
    const identity = readIdentity({ key, chain, bundle }, NAMES, now_ms)
    this.#request = undefined
    return identity
  }

  async #ask(ask: IdentityAsk): Promise<IdentityGrant> {
    const { url, token, tap } = this.#place
    const peer = await openPeer(url, 1)
    const body = Buffer.from(JSON.stringify(ask))
    try {
      const reply = await peer.ask(
        {
          method: 'POST',
          path: `/v1/identity/${encodeURIComponent(tap)}`,
          headers: {
            'content-type': 'application/json',
            'content-length': String(body.length),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          body,
        },
        { deadline_ms: ANSWER_MS_MAX, answer_bytes_max: IDENTITY_BODY_BYTES_MAX },
      )
      if (reply.kind === 'failed') throw unavailable(url, reply.reason)
      return grantIn(reply.status, reply.body.toString('utf8'), url)
    } finally {
      peer.close()
    }
  }
}

function unavailable(url: string, reason: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `control at ${url} gives no certificate: ${reason}`,
    'The tap asks again by itself.',
  )
}

/** Reads control's answer, a refusal with its own code. */
function grantIn(status: number, text: string, url: string): IdentityGrant {
  let body: Partial<IdentityGrant> & { error?: { code?: string; message?: string } }
  try {
    body = JSON.parse(text) as typeof body
  } catch {
    throw unavailable(url, `status ${status}`)
  }
  if (status !== 200)
    throw unavailable(url, `${body.error?.message ?? status} (${body.error?.code ?? status})`)
  const { id, chain, bundle, not_after, signature } = body
  if ([id, chain, bundle, not_after, signature].every((part) => typeof part === 'string'))
    return body as IdentityGrant
  throw unavailable(url, 'its answer is not a certificate')
}

function isSignedBy(grant: IdentityGrant, certificate: string): boolean {
  const key = createPublicKey(certificate)
  return verify('sha256', Buffer.from(grantText(grant)), key, Buffer.from(grant.signature, 'base64'))
}
