import { EMPTY_RECORD, type Outcome } from '../model/call.ts'
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from '../wire/trace-context.ts'
import type { CallDraft, CallParties } from './call-draft.ts'
import type { Route } from './route/route-trie.ts'

const NO_HEAD = Buffer.alloc(0)
export const NO_VERDICTS: readonly string[] = Object.freeze([])
export const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({})

/** The draft that a call in progress fills; it is used again for the next one. */
export class Draft implements CallDraft {
  ts = 0
  duration_us = 0
  ttfb_us = 0
  tap_us = 0
  request_bytes = 0
  response_bytes = 0
  readonly ids: Buffer
  readonly parent: Buffer
  hasParent = false
  /** The request came straight from a tap: its tracestate names the parent of its traceparent. */
  fromTap = false
  head: Buffer = NO_HEAD
  methodStart = 0
  methodEnd = 0
  pathStart = 0
  pathEnd = 0
  route: Route | undefined = undefined
  status = ''
  outcome: Outcome = 'ok'
  response_flags = ''
  finding = ''
  attempt = 1
  verdicts = NO_VERDICTS
  config_version = ''
  attributes = NO_ATTRIBUTES
  parties: CallParties = EMPTY_RECORD

  constructor() {
    const memory = Buffer.alloc(TRACE_ID_DIGITS + 2 * SPAN_ID_DIGITS, '0')
    this.ids = memory.subarray(0, TRACE_ID_DIGITS + SPAN_ID_DIGITS)
    this.parent = memory.subarray(TRACE_ID_DIGITS + SPAN_ID_DIGITS)
  }

  /** What stands for the path of a call without a head. */
  namePath(text: string): void {
    this.head = Buffer.from(text, 'latin1')
    this.pathEnd = this.head.length
  }

  /** The same call once more: what belongs to one attempt begins anew. */
  nextAttempt(): void {
    this.attempt++
    this.ttfb_us = 0
    this.tap_us = 0
    this.response_bytes = 0
    this.status = ''
    this.verdicts = NO_VERDICTS
    this.attributes = NO_ATTRIBUTES
  }

  /** Begins anew; ids are written by whoever knows the trace. */
  reset(): void {
    this.duration_us = 0
    this.ttfb_us = 0
    this.tap_us = 0
    this.request_bytes = 0
    this.response_bytes = 0
    this.hasParent = false
    this.fromTap = false
    this.head = NO_HEAD
    this.methodStart = 0
    this.methodEnd = 0
    this.pathStart = 0
    this.pathEnd = 0
    this.route = undefined
    this.status = ''
    this.outcome = 'ok'
    this.response_flags = ''
    this.finding = ''
    this.attempt = 1
    this.verdicts = NO_VERDICTS
    this.config_version = ''
    this.attributes = NO_ATTRIBUTES
  }
}
