import { verify } from 'node:crypto'
import { TapmeshError } from '../../model/error.ts'
import { parseSpiffeId, type Renewal, renewalText, serviceOfId } from '../../model/identity.ts'
import type { Authority } from './authority.ts'
import { commonNameOf, readLeaf } from './leaf.ts'

/**
 * Whether a certificate in use gives a right to the next one: one of our CAs signed it, it is valid
 * now, it is this tap's, and its key signed the new request. No nonce is needed: the signature names
 * the new key, so a copy of it buys a certificate for a key that only the tap has.
 * @returns the service it is for
 * @throws TapmeshError TAPMESH_RENEWAL_REFUSED
 */
export function checkRenewal(
  tap: string,
  csr: string,
  renewal: Renewal,
  authorities: readonly Authority[],
  now_ms: number,
): string {
  const found = readLeaf(renewal.certificate, authorities)
  if (!found) throw refused('was not signed by a CA of this mesh')
  if (now_ms >= found.to_ms) throw refused(`has expired at ${new Date(found.to_ms).toISOString()}`)
  if (now_ms < found.from_ms) throw refused('is not valid yet by the clock of control')
  if (found.commonName !== commonNameOf(tap)) throw refused(`is not the one of tap ${tap}`)
  const signature = Buffer.from(renewal.signature, 'base64')
  if (!verify('sha256', Buffer.from(renewalText(tap, csr)), found.leaf.publicKey, signature))
    throw refused('is not the one whose key signed the request')
  const id = parseSpiffeId(found.id)
  if (id?.path[0] !== 'svc' || id.path.length !== 2) throw refused('names no service')
  return serviceOfId(found.id)
}

function refused(why: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_RENEWAL_REFUSED',
    `the certificate that asks for its successor ${why}`,
    'Join anew: tapmesh join-token <service> --reason "…".',
  )
}
