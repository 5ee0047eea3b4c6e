import type { Outcome, Protocol, Security, SourceEvidence } from '../../model/call.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { JudgedCall } from '../../policy/feature/feature.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { Source } from '../relay/source-book.ts'

/** What reads the fields of a request while they are there. */
interface FieldReader {
  fields(name: string): readonly string[]
}

const EVENT_STREAM = 'text/event-stream'
const DENIED_FIELD = '\r\nx-tapmesh-denied:'

/** Evidence that the request came from a tap of ours, whose fields are no claim of anybody else. */
const OF_A_TAP: ReadonlySet<SourceEvidence> = new Set(['mtls', 'trace'])

/** A call in progress as features see it: the columns of its record to be. Texts are made when they are asked for. */
export class LiveCall implements JudgedCall {
  draft!: Draft
  ts = 0
  duration_us = 0
  source = ''
  source_identity = ''
  source_evidence: SourceEvidence = 'none'
  destination = ''
  destination_instance = ''
  destination_zone = ''
  protocol: Protocol = 'http'
  status = ''
  outcome: Outcome = 'ok'
  response_flags = ''
  security: Security = 'plaintext'
  isStream = false
  refusedBeyond = false
  /** Undefined once the request is gone. */
  reader: FieldReader | undefined = undefined
  /** Fields of taps that were read before the request was gone. */
  #kept: Map<string, string> | undefined = undefined

  /** The parties of a call, before it is known where it goes. */
  from({ service, evidence, identity, security }: Source, destination: string): void {
    this.source = service
    this.source_evidence = evidence
    this.source_identity = identity
    this.security = security
    this.destination = destination
  }

  /** @param zone of addresses that have none of their own */
  aim(target: Endpoint | undefined, zone: string): void {
    this.destination_instance = target?.label ?? ''
    this.destination_zone = target?.zone || zone
  }

  /**
   * Reads in the answer's head what features go by. Looking for words is cheap: a head that holds them
   * elsewhere costs a timeout, not a call.
   */
  readAnswer(bytes: Buffer, start: number, end: number, isFailed: boolean, sparesStreams: boolean): void {
    if (!isFailed && !sparesStreams) return
    const head = bytes.subarray(start, end)
    if (sparesStreams) this.isStream = head.includes(EVENT_STREAM)
    if (isFailed) this.refusedBeyond = head.includes(DENIED_FIELD)
  }

  header(name: string): readonly string[] {
    return this.reader?.fields(`${name}:`) ?? []
  }

  hopField(name: string): string | undefined {
    if (!this.#isFromTap) return undefined
    return this.#kept === undefined ? this.header(name)[0] : this.#kept.get(name)
  }

  get #isFromTap(): boolean {
    return OF_A_TAP.has(this.source_evidence) || this.draft.fromTap
  }

  /** The request is gone after this: what is read of it later has to be read now. */
  release(hopFields: readonly string[]): void {
    for (const name of hopFields) {
      const value = this.hopField(name)
      if (value !== undefined) this.#kept = (this.#kept ?? new Map<string, string>()).set(name, value)
    }
    this.reader = undefined
  }

  get finding(): string {
    return this.draft.finding
  }

  get ttfb_us(): number {
    return this.draft.ttfb_us
  }

  get request_bytes(): number {
    return this.draft.request_bytes
  }

  get attempt(): number {
    return this.draft.attempt
  }

  get method(): string {
    const { head, methodStart, methodEnd } = this.draft
    return head.toString('utf8', methodStart, methodEnd)
  }

  get path(): string {
    const { head, pathStart, pathEnd } = this.draft
    return head.toString('utf8', pathStart, pathEnd)
  }
}
