import type { MetricFamily } from '../model/metric.ts'

/**
 * One part of a process: `tap.ts` is a list of them. A part is constructed with the first settings, begins
 * its work at the first `apply`, and takes every reload by a further one.
 */
export interface Part<S> {
  /**
   * Takes settings between two calls and touches only what they change.
   * @returns what changed, for the log
   * @throws TapmeshError; then nothing of this part has changed
   */
  apply(next: S): Promise<string[]> | string[]
  /** Ends within the grace. A part that never began has nothing to do. */
  stop(grace_ms: number): unknown
  /** What this part counts, for /metrics. */
  families(): Promise<MetricFamily[]> | MetricFamily[]
}

/** Gives settings to each part in turn. @returns what changed, for the log */
export async function applyAll<S>(parts: readonly Part<S>[], next: S): Promise<string[]> {
  const changed: string[] = []
  for (const part of parts) changed.push(...(await part.apply(next)))
  return changed
}

/** Stops each part in turn; all of them share one grace. */
export async function stopAll<S>(parts: readonly Part<S>[], grace_ms: number): Promise<void> {
  const end_ms = performance.now() + grace_ms
  for (const part of parts) await part.stop(Math.max(end_ms - performance.now(), 0))
}

/** What all parts count. */
export async function familiesOf<S>(parts: readonly Part<S>[]): Promise<MetricFamily[]> {
  return (await Promise.all(parts.map((part) => part.families()))).flat()
}

/** Remembers what was read of the settings last, so that a reload touches only what it changes. */
export class Watched<S> {
  readonly #read: (settings: S) => unknown
  #last: string | undefined

  /** @param read what matters of the settings, as JSON can hold it @param first what is in use already */
  constructor(read: (settings: S) => unknown, first?: S) {
    this.#read = read
    if (first !== undefined) this.changed(first)
  }

  /** True if it differs from the last time, or is asked for the first time. */
  changed(next: S): boolean {
    const now = JSON.stringify(this.#read(next) ?? null)
    const differs = now !== this.#last
    this.#last = now
    return differs
  }
}

/** Something that is open under one part of the settings, and is replaced when that part changes. */
export class Replaceable<S, T> {
  readonly #watched: Watched<S>
  readonly #open: (settings: S) => T | undefined
  readonly #close: (old: T, settings: S) => void
  current: T | undefined

  constructor(
    read: (settings: S) => unknown,
    open: (settings: S) => T | undefined,
    close: (old: T, settings: S) => void,
  ) {
    this.#watched = new Watched(read)
    this.#open = open
    this.#close = close
  }

  /** @returns true if it was replaced */
  apply(next: S): boolean {
    if (!this.#watched.changed(next)) return false
    if (this.current !== undefined) this.#close(this.current, next)
    this.current = this.#open(next)
    return true
  }
}

/** Settings that are read at the start alone; whoever changes one in a reload learns when it will hold. */
export class StartOnly<S> implements Part<S> {
  readonly #watched: readonly { name: string; watched: Watched<S> }[]

  /** @param reads by what the settings are about, how they are read */
  constructor(first: S, reads: Readonly<Record<string, (settings: S) => unknown>>) {
    this.#watched = Object.entries(reads).map(([name, read]) => ({ name, watched: new Watched(read, first) }))
  }

  apply(next: S): string[] {
    return this.#watched
      .filter(({ watched }) => watched.changed(next))
      .map(({ name }) => `${name} changes at the next start only`)
  }

  stop(): void {}

  families(): MetricFamily[] {
    return []
  }
}
