/** Below this length a loop is quicker than the call into the engine's copy. */
const LOOP_COPY_MAX = 48

/** Copies all of `from` to out[at..]. @returns where the next byte goes */
export function putBytes(out: Uint8Array, at: number, from: Uint8Array): number {
  const { length } = from
  if (length > LOOP_COPY_MAX) {
    out.set(from, at)
    return at + length
  }
  for (let index = 0; index < length; index++) out[at + index] = from[index]!
  return at + length
}
