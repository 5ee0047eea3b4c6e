import type { Protocol } from '../model/call.ts'
import { Draft } from './draft.ts'
import { statusText } from './status-text.ts'

/** Method and path of most calls fit; a longer start line gets memory of its own. */
const HEAD_BYTES = 256

/** A call between its first byte and its record; used again for another call afterwards. */
export class OpenCall {
  readonly draft = new Draft()
  protocol: Protocol = 'opaque'
  /** Monotonic microseconds of the first byte of the request. */
  startedAt = 0
  /** Of the first byte of the answer; -1 before it. */
  answeredAt = -1
  /** Of the last byte of the answer; -1 before it. */
  endedAt = -1
  /** Time spent inside the tap, microseconds. */
  tap_us = 0
  /** What the protocol remembers of the request to understand the answer. */
  expects = 0
  /** Status as a number, if the protocol has such; 0 before it is known. */
  code = 0
  /** Kept by whoever watches the call (tap: verdicts and caller). */
  watch: unknown = undefined
  caller: unknown = undefined
  /** The next call of the same connection. */
  next: OpenCall | undefined = undefined
  readonly #own = Buffer.allocUnsafeSlow(HEAD_BYTES)

  open(protocol: Protocol, at_us: number): void {
    this.draft.reset()
    this.protocol = protocol
    this.startedAt = at_us
    this.answeredAt = -1
    this.endedAt = -1
    this.tap_us = 0
    this.expects = 0
    this.code = 0
    this.watch = undefined
    this.caller = undefined
    this.next = undefined
  }

  /** Copies the start line's bytes[start..end), which method and path are offsets into. */
  keepHead(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    const own = length <= HEAD_BYTES ? this.#own : Buffer.allocUnsafeSlow(length)
    bytes.copy(own, 0, start, end)
    this.draft.head = own
  }

  /** The answer's status came. */
  statusIs(code: number): void {
    this.code = code
    this.draft.status = statusText(code)
  }

  /** The answer began. */
  answered(at_us: number): void {
    if (this.answeredAt >= 0) return
    this.answeredAt = at_us
    this.draft.ttfb_us = Math.max(1, Math.round(at_us - this.startedAt))
  }
}
