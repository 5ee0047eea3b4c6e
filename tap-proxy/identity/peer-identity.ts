import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { parseSpiffeId, serviceOfId } from '../../model/identity.ts'
import type { LeafCheck } from './leaf-check.ts'
import { uriOf } from './uri-name.ts'

/** Why a peer's certificate proves nothing; few words, since they label a counter. */
export const PEER_FAULTS = [
  'no_certificate',
  'expired',
  'not_yet_valid',
  'unknown_issuer',
  'not_trusted',
  'resumed',
  'is_ca',
  'key_usage',
  'not_one_name',
  'trust_domain',
  'other_service',
] as const
export type PeerFault = (typeof PEER_FAULTS)[number]

export interface ProvenPeer {
  proven: true
  /** SPIFFE ID. */
  id: string
  service: string
  /** Wall clock, milliseconds: the connection proves nothing beyond it. */
  not_after_ms: number
}

export interface UnprovenPeer {
  proven: false
  fault: PeerFault
  /** What its certificate says it is, or empty; nothing vouches for it. */
  claimed: string
  /** In words, with what to look at. */
  text: string
}

export type PeerIdentity = ProvenPeer | UnprovenPeer

/** Codes of OpenSSL's check (X509_verify_cert_error_string(3)) that have a cause of their own. */
const FAULT_OF_CODE: Readonly<Record<string, PeerFault>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not_yet_valid',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown_issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown_issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown_issuer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown_issuer',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown_issuer',
}

const TEXTS: Readonly<Record<PeerFault, string>> = {
  no_certificate: 'it showed no certificate',
  expired: 'its certificate, or a CA above it, has expired',
  not_yet_valid: 'its certificate begins in the future: compare the clocks',
  unknown_issuer: 'no CA of the bundle signed its certificate, or it did not send its intermediate',
  not_trusted: 'its certificate does not hold',
  resumed: 'it took up an old session, in which no certificate is shown',
  is_ca: 'its certificate is a CA',
  key_usage: 'its certificate may sign others, or may not sign at all',
  not_one_name: 'its certificate does not hold exactly one SPIFFE ID',
  trust_domain: 'it is of another trust domain',
  other_service: 'it is of another service',
}

/**
 * Who the other end of a finished handshake is. The connection was made with `rejectUnauthorized: false`,
 * so that a refusal can say why and whom the peer claimed to be; nothing of it may be used before this.
 */
export function peerIdentity(socket: TLSSocket, trustDomain: string, leaves: LeafCheck): PeerIdentity {
  const certificate = socket.getPeerX509Certificate()
  const claimed = certificate ? (uriOf(certificate) ?? '') : ''
  const code = String(socket.authorizationError ?? '')
  const fault = faultOf(socket, certificate, trustDomain, leaves)
  if (fault !== undefined) {
    const more = code === '' || fault === 'no_certificate' ? '' : ` (${code})`
    return { proven: false, fault, claimed, text: `${TEXTS[fault]}${more}` }
  }
  return {
    proven: true,
    id: claimed,
    service: serviceOfId(claimed),
    not_after_ms: certificate!.validToDate.getTime(),
  }
}

function faultOf(
  socket: TLSSocket,
  certificate: X509Certificate | undefined,
  trustDomain: string,
  leaves: LeafCheck,
): PeerFault | undefined {
  if (socket.isSessionReused()) return 'resumed'
  if (!certificate) return 'no_certificate'
  if (!socket.authorized) return FAULT_OF_CODE[String(socket.authorizationError)] ?? 'not_trusted'
  const fault = leaves.faultOf(certificate)
  if (fault) return fault
  const id = parseSpiffeId(uriOf(certificate) ?? '')
  if (!id) return 'not_one_name'
  return id.trustDomain === trustDomain ? undefined : 'trust_domain'
}

/** The same for another service than was wanted. */
export function otherService({ id }: ProvenPeer, wanted: string): UnprovenPeer {
  return {
    proven: false,
    fault: 'other_service',
    claimed: id,
    text: `${TEXTS.other_service} than ${wanted}`,
  }
}
