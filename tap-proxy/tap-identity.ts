import type { Socket } from 'node:net'
import { describeError } from '../model/error.ts'
import type { MetricFamily } from '../model/metric.ts'
import type { Pipe, PipeOwner } from '../net/pipe.ts'
import type { SecureDoor, SecureDoorOwner, SecureTransport } from '../net/secure.ts'
import type { Identity, IdentitySource } from './identity/identity.ts'
import { identityFamilies } from './identity/identity-families.ts'
import { LeafCheck } from './identity/leaf-check.ts'
import { openIdentitySource, type SourceEvents } from './identity/open-source.ts'
import { SecureAccept } from './identity/secure-accept.ts'
import { SecureContexts } from './identity/secure-contexts.ts'
import { SecureCounters } from './identity/secure-counters.ts'
import { connectSecurePipe } from './identity/secure-pipe.ts'
import type { Part } from './part.ts'
import type { IdentitySettings, TapSettings } from './settings.ts'

export interface TapIdentityEvents extends SourceEvents {
  /** Somebody could not prove who he is; in words. */
  peerRefused(text: string): void
}

/**
 * Who this tap is, and TLS with other taps. Listeners are opened with it at once; its certificate comes
 * when the library for it is loaded, and until then the tap is as one that has none.
 */
export class TapIdentity implements SecureTransport, Part<TapSettings> {
  readonly counters = new SecureCounters()
  readonly #contexts = new SecureContexts()
  readonly #leaves = new LeafCheck()
  readonly #events: TapIdentityEvents
  readonly #open: typeof openIdentitySource
  #source: IdentitySource | undefined
  #begun = false
  #closed = false

  /** @param open where the certificate comes from; by default what the settings say */
  constructor(events: TapIdentityEvents, open: typeof openIdentitySource = openIdentitySource) {
    this.#events = events
    this.#open = open
  }

  get current(): Identity | undefined {
    return this.#contexts.identity
  }

  get generation(): number {
    return this.#contexts.generation
  }

  get ownId(): string {
    return this.#contexts.identity?.id ?? ''
  }

  /** Begins at the first time; where the certificate comes from cannot change. */
  apply(next: TapSettings): string[] {
    if (this.#begun || next.identity === undefined) return []
    this.#begun = true
    this.start(next.identity, next).catch((error: unknown) => this.#events.identityFailed(error, false))
    return []
  }

  stop(): void {
    this.close()
  }

  families(): MetricFamily[] {
    return identityFamilies({ identity: () => this })
  }

  /** Begins to get the certificate, and keeps it new. */
  async start(settings: IdentitySettings, tap: TapSettings): Promise<void> {
    await this.#leaves.load()
    if (this.#closed) return
    this.#source = this.#open(settings, tap, this.#events, this.counters)
    this.#contexts.follow(this.#source)
  }

  accept({ isStrict, answersPlaintext, arrived, taken }: SecureDoorOwner): SecureDoor {
    return new SecureAccept({
      contexts: this.#contexts,
      leaves: this.#leaves,
      counters: this.counters,
      policyFor: (address) => (isStrict(address) ? 'strict' : 'permissive'),
      answersPlaintext,
      arrived,
      taken: ({ socket, reset, early, ...peer }) => taken(socket as Socket, reset, peer, early),
      refused: ({ address, reason, peer }) => {
        const claim = peer && peer.claimed !== '' ? `, which calls itself ${peer.claimed},` : ''
        this.#events.peerRefused(
          `${address}${claim} was refused: ${peer?.text ?? reason} (TAPMESH_PEER_REFUSED)`,
        )
      },
    })
  }

  connect(
    host: string,
    port: number,
    service: string,
    owner: PipeOwner,
    connected: (pipe: Pipe | undefined, code: string) => void,
  ): Pipe {
    const options = { contexts: this.#contexts, leaves: this.#leaves, counters: this.counters }
    return connectSecurePipe(options, host, port, service, owner, connected, (error) =>
      this.#events.peerRefused(describeError(error)),
    )
  }

  close(): void {
    this.#closed = true
    this.#source?.close()
    this.#contexts.close()
  }
}
