import type { MetricFamily } from '../../model/metric.ts'
import type { Identity, IdentitySource } from '../identity/identity.ts'
import { identityFamilies } from '../identity/identity-families.ts'
import { openIdentitySource } from '../identity/open-source.ts'
import { SecureCounters } from '../identity/secure-counters.ts'
import type { Part } from '../part.ts'
import type { TapSettings } from '../settings.ts'
import type { TapIdentityEvents } from '../tap-identity.ts'

/** The certificate of a tap with workers: had and renewed once, and given to each of them. */
export class IdentityFeed implements Part<TapSettings> {
  readonly #events: TapIdentityEvents
  readonly #give: (identity: Identity) => void
  readonly #counters = new SecureCounters()
  #source: IdentitySource | undefined

  constructor(events: TapIdentityEvents, give: (identity: Identity) => void) {
    this.#events = events
    this.#give = give
  }

  get current(): Identity | undefined {
    return this.#source?.current
  }

  /** Begins at the first time; where the certificate comes from cannot change. */
  apply(next: TapSettings): string[] {
    if (this.#source !== undefined || next.identity === undefined) return []
    this.#source = openIdentitySource(next.identity, next, this.#events, this.#counters)
    this.#source.onChange(this.#give)
    return []
  }

  stop(): void {
    this.#source?.close()
  }

  families(): MetricFamily[] {
    return identityFamilies({ identity: () => ({ current: this.current, counters: this.#counters }) })
  }
}
