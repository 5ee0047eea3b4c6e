import { createHash, randomBytes } from 'node:crypto'
import { TapmeshError } from '../../model/error.ts'
import { JOIN_TOKEN_MS, JOIN_TOKENS_MAX } from '../../model/identity.ts'

/** Whom a token admits. */
export interface Admission {
  readonly service: string
  /** Empty where any tap may use it. */
  readonly tap: string
  readonly actor: string
}

interface Kept extends Admission {
  readonly expires_ms: number
  /** Hash of the request it was used for, or empty. */
  usedFor: string
}

/**
 * Join tokens: one use, ten minutes. Only hashes are kept, and in memory alone: a restart forgets them
 * all, so that none can be used a second time whatever the disk brings back.
 */
export class JoinTokens {
  readonly #kept = new Map<string, Kept>()

  /** @throws TapmeshError TAPMESH_JOIN_TOKENS_BUSY */
  make(admission: Admission, now_ms: number): { secret: string; expires_ms: number } {
    if (this.#kept.size >= JOIN_TOKENS_MAX) this.#makeRoom(now_ms)
    if (this.#kept.size >= JOIN_TOKENS_MAX) {
      throw new TapmeshError(
        'TAPMESH_JOIN_TOKENS_BUSY',
        `${JOIN_TOKENS_MAX} join tokens are neither used nor expired`,
        'Use them, or wait until they have expired.',
      )
    }
    const secret = randomBytes(32).toString('base64url')
    const expires_ms = now_ms + JOIN_TOKEN_MS
    this.#kept.set(hashOf(secret), { ...admission, expires_ms, usedFor: '' })
    return { secret, expires_ms }
  }

  /**
   * Takes a token for one request. The same request may come again, since its answer may have been
   * lost on the way: it can only give the same key a certificate.
   * @throws TapmeshError TAPMESH_JOIN_TOKEN_REFUSED with the reason
   */
  use(secret: string, tap: string, csr: string, now_ms: number): Admission {
    // Found by its hash, so the time of the look-up tells nothing of the secret.
    const kept = this.#kept.get(hashOf(secret))
    if (!kept)
      throw refused(
        'is not known here: it was never made, has long expired, or control was started anew since',
      )
    const request = hashOf(csr)
    if (kept.usedFor !== '' && kept.usedFor !== request)
      throw refused('was used before; if not by you, somebody else has joined with it')
    if (now_ms >= kept.expires_ms) throw refused('has expired')
    if (kept.tap !== '' && kept.tap !== tap) throw refused(`is for another tap than ${tap}`)
    kept.usedFor = request
    return kept
  }

  /** What is used or expired is kept only so that its refusal can say so. */
  #makeRoom(now_ms: number): void {
    for (const [hash, { usedFor, expires_ms }] of this.#kept) {
      if (usedFor !== '' || now_ms >= expires_ms) this.#kept.delete(hash)
    }
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function refused(why: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_JOIN_TOKEN_REFUSED',
    `the join token ${why}`,
    'Make a new one: tapmesh join-token <service> --reason "…".',
  )
}
