import type { Outcome, Protocol, Security, SourceEvidence } from '../../model/call.ts'
import type { JudgedCall } from '../../policy/feature/feature.ts'
import type { GatedCall } from '../relay/ward.ts'

/** A call in progress as features see it: the columns of its record to be. Texts are made when they are asked for. */
export class JudgedDraft implements JudgedCall {
  call!: GatedCall
  ts = 0
  duration_us = 0
  source = ''
  source_identity = ''
  source_evidence: SourceEvidence = 'none'
  destination = ''
  destination_instance = ''
  destination_zone = ''
  protocol: Protocol = 'http'
  statusCode = 0
  outcome: Outcome = 'ok'
  response_flags = ''
  security: Security = 'plaintext'

  header(name: string): readonly string[] {
    return this.call.fields(`${name}:`)
  }

  get ttfb_us(): number {
    return this.call.draft.ttfb_us
  }

  get request_bytes(): number {
    return this.call.draft.request_bytes
  }

  get attempt(): number {
    return this.call.draft.attempt
  }

  get status(): string {
    return this.statusCode === 0 ? '' : String(this.statusCode)
  }

  get method(): string {
    const { head, methodStart, methodEnd } = this.call.draft
    return head.toString('utf8', methodStart, methodEnd)
  }

  get path(): string {
    const { head, pathStart, pathEnd } = this.call.draft
    return head.toString('utf8', pathStart, pathEnd)
  }
}
