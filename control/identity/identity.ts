import { sign } from 'node:crypto'
import { fingerprintOf } from '../../identity/pem.ts'
import { TapmeshError } from '../../model/error.ts'
import {
  grantText,
  type IdentityAsk,
  type IdentityGrant,
  isPathPart,
  type JoinTokenAnswer,
  type JoinTokenAsk,
  parseJoinToken,
  spiffeIdOf,
} from '../../model/identity.ts'
import type { Authority } from './authority.ts'
import { addAuthority, readAuthorities } from './authority-folder.ts'
import { JoinTokens } from './join-tokens.ts'
import { signLeaf } from './leaf.ts'
import { checkRenewal } from './renewal.ts'
import { type Succession, successionOf } from './succession.ts'

/** What is written to the audit: who let whom in, and every certificate. */
export interface IdentityEvent {
  action: 'join-token' | 'identity'
  actor: string
  reason: string
  /** True where no person asked for it: a renewal. */
  auto: boolean
  /** `spiffe://… for tap orders-1 until 2026-…` */
  text: string
}

export interface IdentityOptions {
  /** `ca/` beside the data; made at the first use. */
  folder: string
  /** The trust domain of the policy in force. */
  trustDomain: () => string
  audit: (event: IdentityEvent) => Promise<void>
  onWarning: (text: string) => void
  /** Life of a leaf in milliseconds, a day by default. */
  leaf_ms?: number | undefined
  /** Wall clock, milliseconds. */
  now?: (() => number) | undefined
}

export const LEAF_MS = 86_400_000
/** Certificates that are being made at once; each is some ten milliseconds of the processor. */
const SIGNING_MAX = 8

/** The mesh's own certificate authority: admits taps, signs their certificates, renews them. */
export class IdentityAuthority {
  readonly #options: IdentityOptions
  readonly #tokens = new JoinTokens()
  readonly #now: () => number
  #authorities: Promise<Authority[]> | undefined
  #signing = 0

  constructor(options: IdentityOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /**
   * Admits a tap of a service, once, for ten minutes.
   * @throws TapmeshError TAPMESH_QUERY_INVALID, TAPMESH_JOIN_TOKENS_BUSY, TAPMESH_CA_DAMAGED, TAPMESH_DATA_UNWRITABLE
   */
  async joinToken({ service, tap = '', reason, actor = '' }: JoinTokenAsk): Promise<JoinTokenAnswer> {
    if (!isPathPart(service)) {
      throw new TapmeshError(
        'TAPMESH_QUERY_INVALID',
        `${service} cannot be part of a SPIFFE ID`,
        'Name the service with letters, digits and . _ - only.',
      )
    }
    const { current } = await this.#succession()
    const { secret, expires_ms } = this.#tokens.make({ service, tap, actor }, this.#now())
    const id = spiffeIdOf(this.#options.trustDomain(), service)
    const expires_at = new Date(expires_ms).toISOString()
    // Awaited, and before the answer: a token that the audit does not hold is given to nobody.
    await this.#options.audit({
      action: 'join-token',
      actor,
      reason,
      auto: false,
      text: `${id}${tap === '' ? '' : ` for tap ${tap}`} until ${expires_at}`,
    })
    return { token: `tmj_${secret}.${fingerprintOf(current.certificate)}`, id, tap: tap || null, expires_at }
  }

  /**
   * Gives a tap its certificate, for a join token or for the proof of the one it has.
   * @throws TapmeshError TAPMESH_JOIN_TOKEN_REFUSED, TAPMESH_RENEWAL_REFUSED, TAPMESH_CSR_INVALID, TAPMESH_COLLECTOR_BUSY
   */
  async issue(tap: string, ask: IdentityAsk): Promise<IdentityGrant> {
    if (this.#signing >= SIGNING_MAX) {
      throw new TapmeshError(
        'TAPMESH_COLLECTOR_BUSY',
        `${SIGNING_MAX} certificates are being made at once`,
        'The tap asks again by itself.',
      )
    }
    this.#signing++
    try {
      return await this.#issue(tap, ask)
    } finally {
      this.#signing--
    }
  }

  async #issue(tap: string, ask: IdentityAsk): Promise<IdentityGrant> {
    const { current, published } = await this.#succession()
    const now_ms = this.#now()
    const { service, actor, reason, auto } = this.#right(tap, ask, published, now_ms)
    const id = spiffeIdOf(this.#options.trustDomain(), service)
    const { leaf_ms = LEAF_MS } = this.#options
    const chain = await signLeaf(ask.csr, { id, tap }, current, now_ms, leaf_ms)
    const bundle = published.map(({ certificate }) => certificate).join('')
    const not_after = new Date(Math.min(now_ms + leaf_ms, current.not_after_ms)).toISOString()
    // Not waited for: a store that hangs for half a day must not take the certificates of the mesh with it.
    void this.#options
      .audit({
        action: 'identity',
        actor,
        reason,
        auto,
        text: `${id} for tap ${tap} until ${not_after}`,
      })
      .catch((error: unknown) =>
        this.#options.onWarning(`the certificate of ${tap} is not in the audit: ${(error as Error).message}`),
      )
    const signature = sign('sha256', Buffer.from(grantText({ id, chain, bundle })), current.key)
    return { id, chain, bundle, not_after, signature: signature.toString('base64') }
  }

  /** By what right a tap asks, and for which service. */
  #right(
    tap: string,
    { csr, join_token, renewal }: IdentityAsk,
    published: readonly Authority[],
    now_ms: number,
  ): { service: string; actor: string; reason: string; auto: boolean } {
    if (renewal !== undefined) {
      const service = checkRenewal(tap, csr, renewal, published, now_ms)
      return { service, actor: 'control', reason: 'renewed by the key of the certificate before', auto: true }
    }
    const token = parseJoinToken(join_token ?? '')
    if (!token) {
      throw new TapmeshError(
        'TAPMESH_JOIN_TOKEN_REFUSED',
        join_token === undefined ? 'the request has no join token' : 'that is no join token',
        'Make one: tapmesh join-token <service> --reason "…".',
      )
    }
    const { service, actor } = this.#tokens.use(token.secret, tap, csr, now_ms)
    return { service, actor, reason: 'joined with a token', auto: false }
  }

  /** The CAs, with the next one made where it is due; one after the other, so that it is made once. */
  async #succession(): Promise<Succession & { current: Authority }> {
    const known = (this.#authorities ?? readAuthorities(this.#options.folder)).then((list) =>
      this.#withNext(list),
    )
    this.#authorities = known
    known.catch(() => {
      // What is mended on the disk is read at the next try.
      if (this.#authorities === known) this.#authorities = undefined
    })
    const found = successionOf(await known, this.#now())
    const { current } = found
    if (current) return { ...found, current }
    throw new TapmeshError(
      'TAPMESH_CA_DAMAGED',
      'no CA of this mesh may sign now: all of them begin in the future',
      'Set the clock of this machine right.',
    )
  }

  async #withNext(known: Authority[]): Promise<Authority[]> {
    const now_ms = this.#now()
    const { current, nextDue } = successionOf(known, now_ms)
    if (!nextDue) return known
    const number = Math.max(0, ...known.map((authority) => authority.number)) + 1
    try {
      return [...known, await addAuthority(this.#options.folder, number, now_ms)]
    } catch (error) {
      // With a CA that may still sign, the next one can wait.
      if (!current) throw error
      this.#options.onWarning(`the next CA cannot be made: ${(error as Error).message}`)
      return known
    }
  }
}
