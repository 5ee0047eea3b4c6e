/**
 * Sampling by trace id, as OpenTelemetry's consistent probability sampling has it
 * (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/): the last 56 bits
 * of the id are a random number, and a trace is taken where it reaches the threshold. Everyone who
 * knows the id and the share decides alike, so a trace is taken whole or not at all.
 */
const DIGITS = 14
const TRACE_ID_DIGITS = 32

/** Decides by the 32 hex digits, ASCII, that begin at `start`. */
export type Sampler = (digits: Uint8Array, start: number) => boolean

/** @param share of traces to take, 0..1 */
export function createSampler(share: number): Sampler {
  if (share >= 1) return () => true
  if (!(share > 0)) return () => false
  const threshold = BigInt(Math.round((1 - share) * 2 ** 53)) << 3n
  const least = Buffer.from(threshold.toString(16).padStart(DIGITS, '0'))
  return (digits, start) => {
    const first = start + TRACE_ID_DIGITS - DIGITS
    // Hex digits in ASCII stand in the order of their values; the first that differs decides.
    for (let index = 0; index < DIGITS; index++) {
      const [digit, bound] = [digits[first + index]!, least[index]!]
      if (digit !== bound) return digit > bound
    }
    return true
  }
}
