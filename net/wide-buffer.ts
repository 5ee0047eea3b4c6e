/** Memory for larger heads and first pieces of bodies, and how much of it is kept. */
const WIDE_BYTES = 52 * 1024
const WIDE_KEPT_MAX = 64
const wide: Buffer[] = []

/** @returns memory for at least `bytes` bytes */
export function takeWide(bytes: number): Buffer {
  if (bytes > WIDE_BYTES) return Buffer.allocUnsafeSlow(bytes)
  return wide.pop() ?? Buffer.allocUnsafeSlow(WIDE_BYTES)
}

/** Takes a buffer back when its call is over; others than wide ones are let go. */
export function giveWide(buffer: Buffer): void {
  if (buffer.length === WIDE_BYTES && wide.length < WIDE_KEPT_MAX) wide.push(buffer)
}
