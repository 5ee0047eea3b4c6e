import { TapmeshError } from '../../model/error.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { type ControlPlace, Enrolment } from './enrol.ts'
import { HeldIdentity, type IdentityEvents } from './held-identity.ts'
import type { Identity, IdentitySource } from './identity.ts'

/** Renewed at half of its life, give or take this share of it, so that a mesh does not ask all at once. */
const RENEW_SPREAD = 0.1
const BACK_OFF_MS = 1_000
const BACK_OFF_MAX_MS = 300_000

/** Certificates of the mesh's own CA: joined once with a token, then renewed by the key in use. */
export class JoinSource implements IdentitySource {
  readonly #enrolment: Enrolment
  readonly #joinToken: () => Promise<string | undefined>
  readonly #clock: Clock
  readonly #held: HeldIdentity
  #failures = 0
  #cancel = (): void => {}
  #closed = false

  /** @param joinToken read anew at each try: a file may hold another one by then */
  constructor(
    place: ControlPlace,
    joinToken: () => Promise<string | undefined>,
    events: IdentityEvents,
    clock: Clock = SYSTEM_CLOCK,
  ) {
    this.#enrolment = new Enrolment(place)
    this.#joinToken = joinToken
    this.#clock = clock
    this.#held = new HeldIdentity(events, clock)
    void this.#ask()
  }

  get current(): Identity | undefined {
    return this.#held.current
  }

  onChange(listener: (identity: Identity) => void): () => void {
    return this.#held.onChange(listener)
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  async #ask(): Promise<void> {
    try {
      const identity = await this.#next()
      if (this.#closed) return
      this.#failures = 0
      // Its certificate begins earlier, for peers whose clocks are behind.
      this.#held.set(identity, this.#clock.now_ms())
      this.#in(this.#renewAfter_ms(identity))
    } catch (error) {
      if (this.#closed) return
      this.#held.failed(error)
      this.#in(backOff_ms(this.#failures++, this.#clock.random()))
    }
  }

  async #next(): Promise<Identity> {
    const { current } = this.#held
    const now_ms = this.#clock.now_ms()
    if (current && !this.#held.expired) return this.#enrolment.renew(current, now_ms)
    const token = await this.#joinToken()
    if (token !== undefined) return this.#enrolment.join(token, now_ms)
    throw new TapmeshError(
      'TAPMESH_JOIN_TOKEN_REFUSED',
      current ? 'the certificate has expired and there is no join token' : 'there is no join token',
      'Make one: tapmesh join-token <service> --reason "…"; give it with --join-token-file or TAPMESH_JOIN_TOKEN.',
    )
  }

  #renewAfter_ms({ not_after_ms }: Identity): number {
    const left_ms = not_after_ms - this.#clock.now_ms()
    return left_ms * (0.5 + (this.#clock.random() * 2 - 1) * RENEW_SPREAD)
  }

  #in(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => void this.#ask())
  }
}

/** Doubles from a second to five minutes, half of it by chance. */
export function backOff_ms(failures: number, random: number): number {
  return Math.min(BACK_OFF_MS * 2 ** failures, BACK_OFF_MAX_MS) * (0.5 + random / 2)
}
