/**
 * Which batches of a tap's boot have been taken. A batch is known by (tap, boot, sequence); one
 * that comes again counts once, one that comes late fills its gap.
 */
export interface BootState {
  tap: string
  boot: string
  /** Highest sequence taken. */
  highest: number
  /** Sequences below it that have not come, the newest MISSING_MAX of them. */
  missing: number[]
}

interface Boot {
  tap: string
  boot: string
  highest: number
  missing: Set<number>
  /** Sequences of heartbeats, which carry no rows and are no gap. */
  beats: Set<number>
}

/** Gaps remembered a boot: a batch that comes later than that many others is taken for a repeat. */
export const MISSING_MAX = 1000
/** Boots remembered; the one that was silent longest is forgotten first. */
export const BOOTS_MAX = 10_000

export class SequenceLedger {
  /** In order of last use. */
  readonly #boots = new Map<string, Boot>()

  #boot(tap: string, boot: string): Boot {
    const key = `${tap}\0${boot}`
    const known = this.#boots.get(key)
    if (known) {
      this.#boots.delete(key)
      this.#boots.set(key, known)
      return known
    }
    const made: Boot = { tap, boot, highest: 0, missing: new Set(), beats: new Set() }
    this.#boots.set(key, made)
    if (this.#boots.size > BOOTS_MAX) this.#boots.delete(this.#boots.keys().next().value!)
    return made
  }

  /** True where the batch was taken before. */
  has(tap: string, boot: string, seq: number): boolean {
    const known = this.#boots.get(`${tap}\0${boot}`)
    return known !== undefined && seq <= known.highest && !known.missing.has(seq)
  }

  /** Notes a batch as taken. */
  take(tap: string, boot: string, seq: number): void {
    const known = this.#boot(tap, boot)
    known.missing.delete(seq)
    if (seq <= known.highest) return
    for (let gap = Math.max(known.highest + 1, seq - MISSING_MAX); gap < seq; gap++) {
      if (!known.beats.has(gap)) known.missing.add(gap)
    }
    known.highest = seq
    known.beats.clear()
    for (const oldest of known.missing) {
      if (known.missing.size <= MISSING_MAX) break
      known.missing.delete(oldest)
    }
  }

  /** Notes a heartbeat, so that its sequence is no gap; a batch may still come under it. */
  beat(tap: string, boot: string, seq: number): void {
    const known = this.#boot(tap, boot)
    if (seq > known.highest && known.beats.size < MISSING_MAX) known.beats.add(seq)
  }

  /** Batches of a boot that have not come though later ones have. */
  gaps(tap: string, boot: string): number {
    return this.#boots.get(`${tap}\0${boot}`)?.missing.size ?? 0
  }

  /** Everything known, to be written at the head of a segment. */
  state(): BootState[] {
    return [...this.#boots.values()].map(({ tap, boot, highest, missing }) => {
      return { tap, boot, highest, missing: [...missing] }
    })
  }

  /** Takes over what an earlier process wrote; what both know stays taken. */
  restore(states: readonly BootState[]): void {
    for (const { tap, boot, highest, missing } of states) {
      const known = this.#boot(tap, boot)
      const before = known.highest
      const open = new Set(missing)
      for (const seq of known.missing) if (seq <= highest && !open.has(seq)) known.missing.delete(seq)
      for (const seq of open) if (seq > before) known.missing.add(seq)
      known.highest = Math.max(before, highest)
    }
  }
}
