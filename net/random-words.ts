/**
 * Random 32-bit words for ids. Node seeds V8's generator from the system's, which is good for names
 * that must not meet and of no use for secrets. node:crypto would cost every tap 2 MiB of memory.
 */
export function randomWords(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => Math.floor(Math.random() * 2 ** 32))
}
