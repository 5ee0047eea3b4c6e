/**
 * Memory for blocks of rows, used again and again. Memory of its own for every batch makes V8 mark
 * its whole heap once a second at ten thousand calls a second: a fifth of what a row costs.
 */
const KEPT_MAX = 4
const KEPT_BYTES_MAX = 2 * 1024 * 1024
const STEP_BYTES = 65_536

const kept: ArrayBufferLike[] = []
/** What this file made: other memory may be shared with strangers. */
const own = new WeakSet<ArrayBufferLike>()

/** Room for at least `bytes`; not filled with zeros where it was used before. */
export function takeMemory(bytes: number): Buffer {
  const index = kept.findIndex((memory) => memory.byteLength >= bytes)
  if (index !== -1) return Buffer.from(kept.splice(index, 1)[0]!)
  const memory = Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES)
  own.add(memory.buffer)
  return memory
}

/** Gives back what `takeMemory` gave, or a piece of it; nobody may read or write it any more. */
export function giveMemory({ buffer }: Buffer): void {
  if (!own.has(buffer) || kept.includes(buffer) || buffer.byteLength > KEPT_BYTES_MAX) return
  if (kept.length === KEPT_MAX) kept.shift()
  kept.push(buffer)
}
