import { PEER_FAULTS, type PeerFault } from './peer-identity.ts'

/** Plain numbers, read at scrape time. */
export class SecureCounters {
  /** Connections accepted, by what they turned out to be. */
  plaintext = 0
  mtls = 0
  /** TLS of a tap that could not prove itself, let through by `permissive`. */
  unproven = 0
  /** The application's own TLS, relayed as it is. */
  foreign = 0
  /** Said nothing until the service was let speak. */
  silent = 0
  refusedPlaintext = 0
  refusedForeign = 0
  refusedPeer = 0
  /** Handshakes that did not come to an end. */
  brokenHandshakes = 0
  /** Turned away because too many others were not decided yet, or no identity was there. */
  refusedBusy = 0
  refusedNoIdentity = 0
  /** Open connections whose certificate expired, or whose CA left the bundle. */
  ended = 0
  /** Own certificates that could not be had or renewed. */
  identityFailures = 0
  /** Peers that proved nothing, on either side, by why. */
  readonly faults: Record<PeerFault, number> = Object.fromEntries(
    PEER_FAULTS.map((fault) => [fault, 0]),
  ) as Record<PeerFault, number>
}
