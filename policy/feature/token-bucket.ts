/** A bucket that fills at a steady rate up to its size; a call takes one token. */
export interface TokenBucket {
  tokens: number
  /** When it was last filled, microseconds; below 0 before its first use, which finds it full. */
  filled_us: number
}

export function createBucket(): TokenBucket {
  return { tokens: 0, filled_us: -1 }
}

/** Fills the bucket up to now. @returns whether a token is there; take it with `tokens -= 1` */
export function hasToken(bucket: TokenBucket, now_us: number, perSecond: number, burst: number): boolean {
  if (bucket.filled_us < 0) bucket.tokens = burst
  else {
    const gained = (Math.max(0, now_us - bucket.filled_us) / 1_000_000) * perSecond
    bucket.tokens = Math.min(burst, bucket.tokens + gained)
  }
  bucket.filled_us = Math.max(bucket.filled_us, now_us)
  return bucket.tokens >= 1
}
