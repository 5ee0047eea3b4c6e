import { crc32 } from 'node:zlib'

/**
 * Frames of a write-ahead segment: mark, length, checksum, payload. The mark holds bytes that never
 * stand in a payload's rows, so reading finds the next frame after a damaged one: a torn tail or a
 * flipped bit costs the frame it hits and no other.
 */
const MARK = Buffer.from([0x00, 0x54, 0x4d, 0x01])
export const FRAME_HEAD_BYTES = 12
/** Longest payload that is believed; a larger length is damage. */
export const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024

/** The head of a frame around the pieces of a payload; write it before them. */
export function frameHead(payload: readonly Buffer[]): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES)
  let [length, sum] = [0, 0]
  for (const piece of payload) {
    length += piece.length
    sum = crc32(piece, sum)
  }
  MARK.copy(head)
  head.writeUInt32LE(length, 4)
  head.writeUInt32LE(sum, 8)
  return head
}

export interface Frames {
  payloads: Buffer[]
  /** Stretches that could not be read, a torn tail counts as one. */
  damaged: number
}

/** Reads the frames of a segment; never throws, whatever the bytes are. */
export function readFrames(bytes: Buffer): Frames {
  const payloads: Buffer[] = []
  let [at, damaged, lost] = [0, 0, false]
  while (at < bytes.length) {
    const found = bytes.indexOf(MARK, at)
    if (found !== at && !lost) {
      damaged++
      lost = true
    }
    if (found === -1) break
    const payload = payloadAt(bytes, found)
    if (payload) {
      payloads.push(payload)
      at = found + FRAME_HEAD_BYTES + payload.length
      lost = false
    } else {
      if (!lost) damaged++
      lost = true
      at = found + 1
    }
  }
  return { payloads, damaged }
}

function payloadAt(bytes: Buffer, at: number): Buffer | undefined {
  const start = at + FRAME_HEAD_BYTES
  if (start > bytes.length) return undefined
  const length = bytes.readUInt32LE(at + 4)
  if (length > PAYLOAD_BYTES_MAX || start + length > bytes.length) return undefined
  const payload = bytes.subarray(start, start + length)
  return crc32(payload) === bytes.readUInt32LE(at + 8) ? payload : undefined
}
