import { PbfReader } from 'pbf'

/** The bytes are no message of the kind that was expected; the message says what was met. */
export class ProtobufFault extends Error {}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2

/**
 * Reads protobuf strictly (https://protobuf.dev/programming-guides/encoding): pbf does the work,
 * and every length is held against the message it stands in, every field against its wire type.
 * Texts are read by Buffer, which takes half the time for the short keys of attributes.
 */
export class FieldReader {
  readonly #bytes: Buffer
  readonly #pbf: PbfReader

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#pbf = new PbfReader(bytes)
  }

  get length(): number {
    return this.#bytes.length
  }

  get position(): number {
    return this.#pbf.pos
  }

  /** Reads the message in `start..end`; `read` is told each field's number and reads it or leaves it. */
  message(start: number, end: number, read: (field: number, end: number) => void): void {
    const pbf = this.#pbf
    pbf.pos = start
    while (pbf.pos < end) {
      const tag = pbf.readVarint()
      const field = tag >>> 3
      pbf.type = tag & 7
      if (field === 0 || pbf.pos > end) throw new ProtobufFault('a field without a number')
      const value = pbf.pos
      const { type } = pbf
      read(field, end)
      if (pbf.pos === value) {
        pbf.type = type
        pbf.skip(type)
      }
      if (pbf.pos > end) throw new ProtobufFault('a field is longer than its message')
    }
  }

  /** End of the length-delimited field that comes next; the position is then at its first byte. */
  open(end: number): number {
    this.#expect(BYTES)
    const length = this.#pbf.readVarint()
    const until = this.#pbf.pos + length
    if (!(length >= 0) || until > end) throw new ProtobufFault('a field is longer than its message')
    return until
  }

  /** Goes on after a field that was opened. */
  close(until: number): void {
    this.#pbf.pos = until
  }

  text(end: number): string {
    const until = this.open(end)
    const text = this.#bytes.toString('utf8', this.#pbf.pos, until)
    this.#pbf.pos = until
    return text
  }

  hex(end: number): string {
    const until = this.open(end)
    const text = this.#bytes.toString('hex', this.#pbf.pos, until)
    this.#pbf.pos = until
    return text
  }

  /** A whole number of up to 53 bits, of its wire type varint. */
  varint(signed = false): number {
    this.#expect(VARINT)
    return this.#pbf.readVarint(signed)
  }

  double(end: number): number {
    this.#expect(FIXED64)
    if (this.#pbf.pos + 8 > end) throw new ProtobufFault('a field is longer than its message')
    return this.#pbf.readDouble()
  }

  /** A fixed64 of nanoseconds as whole microseconds, exact until the year 2262. */
  micros(end: number): number {
    this.#expect(FIXED64)
    if (this.#pbf.pos + 8 > end) throw new ProtobufFault('a field is longer than its message')
    const low = this.#pbf.readFixed32()
    const high = this.#pbf.readFixed32()
    // 2^32 is 4,294,967 thousand and 296, so no step is beyond what a number holds exactly.
    return high * 4_294_967 + Math.floor((high * 296 + low) / 1000)
  }

  #expect(type: number): void {
    if (this.#pbf.type !== type) throw new ProtobufFault('a field is not of its type')
  }
}
