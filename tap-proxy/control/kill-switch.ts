/** Who holds the switch: somebody by signal or command, or a file that is there. */
export type Holder = 'hand' | 'file'

/**
 * The kill switch of one tap: while anybody holds it, calls go through a plain relay, without verdicts.
 * Nobody lets go for another: a tap bypassed by a file stays so until the file is gone.
 */
export class KillSwitch {
  readonly #held = new Set<Holder>()
  readonly #changed: (by: readonly Holder[]) => void

  /** @param changed told at once after each change, with who holds it now */
  constructor(changed: (by: readonly Holder[]) => void) {
    this.#changed = changed
  }

  get isOn(): boolean {
    return this.#held.size > 0
  }

  get heldBy(): readonly Holder[] {
    return [...this.#held]
  }

  set(holder: Holder, on: boolean): void {
    if (this.#held.has(holder) === on) return
    if (on) this.#held.add(holder)
    else this.#held.delete(holder)
    this.#changed(this.heldBy)
  }

  /** What a signal does: it cannot say on or off. */
  toggle(): void {
    this.set('hand', !this.#held.has('hand'))
  }
}
