/**
 * All deadlines of the relay on one coarse timer: a hashed wheel (Varghese and Lauck 1987) whose
 * entries are the connections themselves. Moving a deadline away costs one store, because an entry
 * that comes up early is only put further on.
 */

export const TICK_MS = 250
const SLOTS = 256

/** Something with one deadline at a time. */
export interface TimerEntry {
  /** Tick at which it is due; Infinity without a deadline. */
  due: number
  /** Tick of the slot it is linked in; -1 where it is in none. */
  slotTick: number
  nextEntry: TimerEntry | undefined
  previousEntry: TimerEntry | undefined
  /** The deadline has passed; the entry is armed again by whoever wants another. */
  onDeadline(): void
}

export class TimerWheel {
  #tick = 0
  readonly #slots: (TimerEntry | undefined)[] = new Array(SLOTS).fill(undefined)
  #timer: NodeJS.Timeout | undefined

  /** Starts to tick with the time that passes; tests call `advance` instead. */
  start(): void {
    let last = performance.now()
    this.#timer ??= setInterval(() => {
      const now = performance.now()
      const ticks = Math.floor((now - last) / TICK_MS)
      last += ticks * TICK_MS
      this.#run(ticks)
    }, TICK_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#run(Math.ceil(ms / TICK_MS))
  }

  /** Sets the entry's deadline to at least `ms` from now, at most one tick more; 0 is no deadline. */
  arm(entry: TimerEntry, ms: number): void {
    if (ms <= 0) {
      entry.due = Number.POSITIVE_INFINITY
      return
    }
    entry.due = this.#tick + Math.ceil(ms / TICK_MS) + 1
    if (entry.slotTick >= 0 && entry.slotTick <= entry.due) return
    this.#unlink(entry)
    this.#link(entry)
  }

  disarm(entry: TimerEntry): void {
    entry.due = Number.POSITIVE_INFINITY
  }

  /** Forgets the entry altogether. */
  remove(entry: TimerEntry): void {
    entry.due = Number.POSITIVE_INFINITY
    this.#unlink(entry)
  }

  #run(ticks: number): void {
    for (let count = 0; count < ticks; count++) {
      this.#tick++
      // Collected first, because a deadline may end other connections of the same slot.
      const found: TimerEntry[] = []
      const slot = this.#tick % SLOTS
      for (let entry = this.#slots[slot]; entry; entry = entry.nextEntry) found.push(entry)
      this.#slots[slot] = undefined
      for (const entry of found) {
        entry.slotTick = -1
        entry.nextEntry = undefined
        entry.previousEntry = undefined
      }
      for (const entry of found) this.#visit(entry)
    }
  }

  #visit(entry: TimerEntry): void {
    if (entry.due === Number.POSITIVE_INFINITY || entry.slotTick >= 0) return
    if (entry.due > this.#tick) this.#link(entry)
    else {
      entry.due = Number.POSITIVE_INFINITY
      entry.onDeadline()
    }
  }

  #link(entry: TimerEntry): void {
    // A deadline beyond the wheel's horizon waits in its farthest slot and is put on from there.
    const tick = Math.min(entry.due, this.#tick + SLOTS - 1)
    const slot = tick % SLOTS
    const first = this.#slots[slot]
    entry.slotTick = tick
    entry.previousEntry = undefined
    entry.nextEntry = first
    if (first) first.previousEntry = entry
    this.#slots[slot] = entry
  }

  #unlink(entry: TimerEntry): void {
    const { previousEntry, nextEntry } = entry
    if (entry.slotTick >= 0) {
      const slot = entry.slotTick % SLOTS
      if (this.#slots[slot] === entry) this.#slots[slot] = nextEntry
    }
    if (previousEntry) previousEntry.nextEntry = nextEntry
    if (nextEntry) nextEntry.previousEntry = previousEntry
    entry.nextEntry = undefined
    entry.previousEntry = undefined
    entry.slotTick = -1
  }
}
