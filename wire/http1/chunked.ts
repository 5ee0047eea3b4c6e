import { CLASS, COLON, CR, HEX_VALUE, HTAB, LF, SP, TOKEN, VALUE } from '../byte-class.ts'
import { FAULT, type FaultId } from './fault.ts'
import { isForbiddenTrailer } from './trailer.ts'

/**
 * Incremental reader of the chunked coding (RFC 9112 section 7.1). Bytes that are legal and plain
 * stay as they are; extensions (and, on request, all framing) are cut out in place, so that what is
 * left to forward is always one piece. State is a few numbers: any cut of the input gives the same
 * output.
 */

const EXTENSION_BYTES_MAX = 1024
const TRAILER_BYTES_MAX = 8192
const TRAILER_FIELDS_MAX = 32
const SIZE_DIGITS_MAX = 16

const STATE = {
  sizeStart: 0,
  size: 1,
  sizeLf: 2,
  extension: 3,
  space: 4,
  data: 5,
  dataCr: 6,
  dataLf: 7,
  lineStart: 8,
  endLf: 9,
  trailer: 10,
  done: 11,
  failed: 12,
} as const

const NO_TRAILER = new Uint8Array(0)

export class ChunkedReader {
  fault: FaultId = FAULT.none
  /** Bytes to forward are bytes[start..keptEnd) of the last call. */
  keptEnd = 0
  /** Cleaned trailer fields with the final empty line, to be sent after everything else; empty where nothing needs to be added. */
  trailer: Uint8Array = NO_TRAILER
  #state: number = STATE.sizeStart
  #remaining = 0
  #digits = 0
  #extensions = 0
  #dataOnly = false
  readonly #watching: boolean
  #section: Uint8Array | undefined
  #sectionLength = 0

  /** @param watching true for bytes that are only looked at: none is written, and extensions and trailers pass */
  constructor(watching = false) {
    this.#watching = watching
  }

  /** Makes the reader ready for a message. @param dataOnly true to leave only the data, without framing and trailers */
  reset(dataOnly: boolean): void {
    this.fault = FAULT.none
    this.trailer = NO_TRAILER
    this.#state = STATE.sizeStart
    this.#remaining = 0
    this.#digits = 0
    this.#extensions = 0
    this.#dataOnly = dataOnly
    this.#sectionLength = 0
  }

  get done(): boolean {
    return this.#state === STATE.done
  }

  /** True once any byte of the coding was read. */
  get begun(): boolean {
    return this.#state !== STATE.sizeStart || this.#digits > 0
  }

  /**
   * Reads bytes[start..end) up to the end of the message. Forward bytes[start..keptEnd), then, once
   * done, `trailer`. With a fault set, what came before the wrong line may still be forwarded.
   * @returns offset of the first byte that is not of this message
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    let kept = start
    while (at < end && this.#state < STATE.done) {
      if (this.#state === STATE.data) {
        const length = Math.min(this.#remaining, end - at)
        if (kept !== at && !this.#watching) bytes.copyWithin(kept, at, at + length)
        kept += length
        at += length
        this.#remaining -= length
        if (this.#remaining === 0) this.#state = STATE.dataCr
        continue
      }
      const byte = bytes[at]!
      const keep = this.#step(byte)
      if (this.#state === STATE.failed) break
      if (keep && !this.#dataOnly && !this.#watching) bytes[kept++] = byte
      at++
    }
    this.keptEnd = this.#watching ? at : kept
    return at
  }

  /** One byte outside of data. @returns true where it is forwarded as it is */
  #step(byte: number): boolean {
    switch (this.#state) {
      case STATE.sizeStart:
      case STATE.size:
        return this.#size(byte)
      case STATE.sizeLf:
        return byte === LF ? this.#sizeDone() : this.#fail(FAULT.chunk_line)
      case STATE.space:
        // Space before an extension is "bad white space" and is removed; alone it is an error (Q20).
        if (byte !== SP && byte !== HTAB && byte !== 0x3b) return this.#fail(FAULT.chunk_line)
        if (byte === 0x3b) this.#state = STATE.extension
        return this.#extension()
      case STATE.extension:
        if (byte === CR) {
          this.#state = STATE.sizeLf
          return true
        }
        return (CLASS[byte]! & VALUE) === 0 ? this.#fail(FAULT.chunk_line) : this.#extension()
      case STATE.dataCr:
        if (byte !== CR) return this.#fail(FAULT.chunk_end)
        this.#state = STATE.dataLf
        return true
      case STATE.dataLf:
        if (byte !== LF) return this.#fail(FAULT.chunk_end)
        this.#state = STATE.sizeStart
        this.#digits = 0
        return true
      case STATE.lineStart:
        if (byte === CR) {
          this.#state = STATE.endLf
          return true
        }
        this.#state = STATE.trailer
        return this.#trailer(byte)
      case STATE.endLf:
        if (byte !== LF) return this.#fail(FAULT.chunk_end)
        this.#state = STATE.done
        return true
      default:
        return this.#trailer(byte)
    }
  }

  /** RFC 9112 section 7.1: hex digits and nothing else; a size past 2^53-1 is never rounded (Q6, Q19, Q23). */
  #size(byte: number): boolean {
    const digit = HEX_VALUE[byte]!
    if (digit >= 0) {
      if (this.#state === STATE.sizeStart) this.#remaining = 0
      this.#state = STATE.size
      this.#remaining = this.#remaining * 16 + digit
      if (++this.#digits > SIZE_DIGITS_MAX) return this.#fail(FAULT.chunk_size)
      return this.#remaining > Number.MAX_SAFE_INTEGER ? this.#fail(FAULT.chunk_size_too_large) : true
    }
    if (this.#state === STATE.sizeStart) return this.#fail(byte === LF ? FAULT.chunk_line : FAULT.chunk_size)
    if (byte === CR) {
      this.#state = STATE.sizeLf
      return true
    }
    if (byte === 0x3b) this.#state = STATE.extension
    else if (byte === SP || byte === HTAB) this.#state = STATE.space
    else return this.#fail(byte === LF ? FAULT.chunk_line : FAULT.chunk_size)
    return this.#extension()
  }

  #sizeDone(): boolean {
    this.#state = this.#remaining === 0 ? STATE.lineStart : STATE.data
    return true
  }

  /** Extensions are dropped, and counted over the whole message (Q22). */
  #extension(): boolean {
    if (++this.#extensions > EXTENSION_BYTES_MAX && !this.#watching) this.#fail(FAULT.chunk_extensions)
    return false
  }

  /** RFC 9112 section 7.1.2: the trailer section is held back until it is whole and known to be harmless (Q24). */
  #trailer(byte: number): boolean {
    this.#section ??= new Uint8Array(TRAILER_BYTES_MAX)
    if (this.#sectionLength >= TRAILER_BYTES_MAX) return this.#fail(FAULT.trailer_too_large)
    this.#section[this.#sectionLength++] = byte
    if (byte === LF && !this.#trailerLine(this.#section, this.#sectionLength)) this.#fail(this.fault)
    return false
  }

  /** Checks the section when a line ends. @returns false with `fault` set where it is refused */
  #trailerLine(section: Uint8Array, length: number): boolean {
    const kept = cleanTrailer(section, length)
    if (typeof kept === 'number') {
      this.fault = kept
      return kept === FAULT.none
    }
    this.trailer = this.#dataOnly || this.#watching ? NO_TRAILER : kept
    this.#state = STATE.done
    this.#section = undefined
    return true
  }

  #fail(fault: FaultId): boolean {
    this.fault = fault
    this.#state = STATE.failed
    return false
  }
}

/** @returns the fields that may be forwarded with the empty line, `FAULT.none` where the section goes on, or its fault */
function cleanTrailer(section: Uint8Array, length: number): Uint8Array | FaultId {
  let at = 0
  let fields = 0
  let kept = 0
  const out = new Uint8Array(length)
  while (at < length) {
    const start = at
    if (section[at] === CR && section[at + 1] === LF) {
      out[kept] = CR
      out[kept + 1] = LF
      return out.subarray(0, kept + 2)
    }
    while (at < length && (CLASS[section[at]!]! & TOKEN) !== 0) at++
    const nameEnd = at
    if (nameEnd === start || section[at] !== COLON) return FAULT.trailer_field
    at++
    while (at < length && (CLASS[section[at]!]! & VALUE) !== 0) at++
    if (section[at] !== CR || section[at + 1] !== LF) return FAULT.trailer_field
    at += 2
    if (++fields > TRAILER_FIELDS_MAX) return FAULT.trailer_too_large
    if (isForbiddenTrailer(section, start, nameEnd)) continue
    out.set(section.subarray(start, at), kept)
    kept += at - start
  }
  return FAULT.none
}
