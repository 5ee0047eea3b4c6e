import type { Protocol, Security, SourceEvidence } from '../../model/call.ts'
import type { CallParties } from '../../protocol/call-draft.ts'

/** Parties kept for each listener; past it all are forgotten and made again, which costs time and no memory. */
const PARTIES_MAX = 10_000

/** What a listener's parties have in common. */
export interface PartiesBase extends Omit<CallParties, 'protocol' | 'destination_instance'> {}

/** A caller as a connection knows it; it remembers the parties it used last. */
export interface Source {
  readonly service: string
  readonly instance: string
  readonly evidence: SourceEvidence
  /** Of the connection that its calls come over, or go over. */
  readonly security: Security
  /** SPIFFE ID that was proven, or empty. */
  readonly identity: string
  lastLabel: string | undefined
  lastProtocol: Protocol | undefined
  lastParties: CallParties | undefined
}

/**
 * Who calls whom, as objects that stay the same over many calls, so that a sink may cache bytes for
 * them by identity.
 */
export class SourceBook {
  readonly #sources = new Map<string, Source>()
  readonly #parties = new Map<string, CallParties>()
  readonly #base: PartiesBase

  constructor(base: PartiesBase) {
    this.#base = base
  }

  source(
    service: string,
    instance: string,
    evidence: SourceEvidence,
    security: Security = 'plaintext',
    identity = '',
  ): Source {
    const key = `${evidence} ${security} ${instance} ${service} ${identity}`
    let source = this.#sources.get(key)
    if (!source) {
      if (this.#sources.size >= PARTIES_MAX) this.#sources.clear()
      source = {
        service,
        instance,
        evidence,
        security,
        identity,
        lastLabel: undefined,
        lastProtocol: undefined,
        lastParties: undefined,
      }
      this.#sources.set(key, source)
    }
    return source
  }

  /**
   * @param label address of the called instance, or empty
   * @param destination name of the called service where the call itself says it
   * @param zone of that address, where it has one of its own
   */
  parties(source: Source, label: string, protocol: Protocol, destination?: string, zone = ''): CallParties {
    if (source.lastLabel === label && source.lastProtocol === protocol && destination === undefined) {
      return source.lastParties!
    }
    const name = destination ?? this.#base.destination
    const { security, identity } = source
    const key = `${source.evidence} ${security} ${source.instance} ${protocol} ${label} ${name} ${source.service} ${identity}`
    let parties = this.#parties.get(key)
    if (!parties) {
      if (this.#parties.size >= PARTIES_MAX) this.#parties.clear()
      parties = {
        ...this.#base,
        source: source.service,
        source_instance: source.instance,
        source_evidence: source.evidence,
        source_identity: identity,
        security,
        destination: name,
        destination_instance: label,
        destination_zone: zone || this.#base.destination_zone,
        protocol,
      }
      this.#parties.set(key, parties)
    }
    if (destination === undefined) {
      source.lastLabel = label
      source.lastProtocol = protocol
      source.lastParties = parties
    }
    return parties
  }
}
