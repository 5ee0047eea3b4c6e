import { OTHER } from '../../model/call.ts'

/**
 * Distinct names that come in by OTLP, a cap for each kind: spans carry whatever a program wrote into
 * them, and every one of these columns is a dictionary in the store. Past its cap a name becomes
 * `__other__` until the hour ends.
 */
export const NAME_LIMITS = {
  services: 2000,
  destinations: 5000,
  instances: 10_000,
  routes: 10_000,
  methods: 1000,
  statuses: 500,
} as const

export type NameKind = keyof typeof NAME_LIMITS

const HOUR_MS = 3_600_000
/** A longer name is cut: the column holds no more. */
const NAME_CHARACTERS_MAX = 256

export class Names {
  readonly #limits: Readonly<Record<NameKind, number>>
  readonly #known = new Map<NameKind, Set<string>>()
  readonly #now: () => number
  readonly #onOverflow: (kind: NameKind) => void
  readonly #told = new Set<NameKind>()
  #since_ms: number
  /** Names replaced by `__other__` since the start. */
  overflowed = 0

  constructor(
    onOverflow: (kind: NameKind) => void,
    limits: Readonly<Record<NameKind, number>> = NAME_LIMITS,
    now: () => number = Date.now,
  ) {
    this.#limits = limits
    this.#now = now
    this.#onOverflow = onOverflow
    this.#since_ms = now()
  }

  /** The name itself, or `__other__` where its kind has as many as it may. */
  take(kind: NameKind, name: string): string {
    if (name === '') return name
    const text = name.length > NAME_CHARACTERS_MAX ? name.slice(0, NAME_CHARACTERS_MAX) : name
    if (this.#known.get(kind)?.has(text)) return text
    if (this.#now() - this.#since_ms >= HOUR_MS) {
      this.#since_ms = this.#now()
      this.#known.clear()
    }
    const known = this.#known.get(kind) ?? new Set()
    if (known.size >= this.#limits[kind]) return this.#overflow(kind)
    known.add(text)
    this.#known.set(kind, known)
    return text
  }

  #overflow(kind: NameKind): string {
    this.overflowed++
    if (!this.#told.has(kind)) {
      this.#told.add(kind)
      this.#onOverflow(kind)
    }
    return OTHER
  }
}
