/**
 * What the callers themselves say they called, edge by edge: the demo's own truth, kept apart from
 * every tap, against which the map is held in the end.
 */
export type Counts = Record<string, number>

export interface Ledger {
  note(source: string, destination: string): void
  counts(): Counts
}

export function edgeName(source: string, destination: string): string {
  return `${source} -> ${destination}`
}

export function createLedger(): Ledger {
  const counts = new Map<string, number>()
  return {
    note(source, destination) {
      const edge = edgeName(source, destination)
      counts.set(edge, (counts.get(edge) ?? 0) + 1)
    },
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b))),
  }
}

export function sumCounts(parts: readonly Counts[]): Counts {
  const total = new Map<string, number>()
  for (const part of parts) {
    for (const [edge, calls] of Object.entries(part)) total.set(edge, (total.get(edge) ?? 0) + calls)
  }
  return Object.fromEntries([...total].sort(([a], [b]) => a.localeCompare(b)))
}

export interface Difference {
  edge: string
  made: number
  recorded: number
}

/** Edges whose recorded calls differ from the made ones, in either direction. */
export function differences(made: Counts, recorded: Counts): Difference[] {
  return [...new Set([...Object.keys(made), ...Object.keys(recorded)])]
    .sort()
    .map((edge) => ({ edge, made: made[edge] ?? 0, recorded: recorded[edge] ?? 0 }))
    .filter((row) => row.made !== row.recorded)
}
