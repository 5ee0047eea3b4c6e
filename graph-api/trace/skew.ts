import type { TraceRow } from '../query/trace.ts'
import type { Bar } from './bar.ts'

/**
 * Clocks differ between hosts. The callee's part of a call lies inside the caller's, so where it
 * does not, the callee's clock is off by at least the misfit; its part is then put into the middle,
 * as if both ways through the network took equally long. A child also never starts before its
 * parent. One offset per tap, found from the root downward.
 */
interface Clocks {
  /** Tap -> microseconds to add to its times for the root's clock. */
  offsets: Map<string, number>
}

function startOf(row: TraceRow, clocks: Clocks): number {
  return row.start_us + (clocks.offsets.get(row.call.tap) ?? 0)
}

/** Offset that puts `inner` inside an interval of the root's clock; `guess` where it fits already. */
function offsetInto(
  inner: TraceRow,
  outer: { start_us: number; duration_us: number },
  guess: number,
): number {
  const start = inner.start_us + guess
  const room = outer.duration_us - inner.call.duration_us
  const fits = start >= outer.start_us && start - outer.start_us <= Math.max(room, 0)
  if (fits) return guess
  return outer.start_us + Math.max(0, Math.floor(room / 2)) - inner.start_us
}

function place(bar: Bar, parent: Bar | undefined, clocks: Clocks): void {
  const { main, client, server } = bar
  const inherited = parent ? (clocks.offsets.get((parent.server ?? parent.main).call.tap) ?? 0) : 0
  if (!clocks.offsets.has(main.call.tap)) {
    const tooEarly = parent !== undefined && main.start_us + inherited < parent.start_us
    const outer = parent && { start_us: parent.start_us, duration_us: parent.main.call.duration_us }
    clocks.offsets.set(main.call.tap, tooEarly && outer ? offsetInto(main, outer, inherited) : inherited)
  }
  bar.start_us = startOf(main, clocks)
  if (client && server && !clocks.offsets.has(server.call.tap)) {
    const outer = { start_us: bar.start_us, duration_us: client.call.duration_us }
    clocks.offsets.set(server.call.tap, offsetInto(server, outer, clocks.offsets.get(client.call.tap) ?? 0))
  }
}

/**
 * Sets `start_us` of every bar by the clock of its root.
 * @returns the largest offset corrected, microseconds
 */
export function correctSkew(roots: readonly Bar[]): number {
  const clocks: Clocks = { offsets: new Map() }
  const open: { bar: Bar; parent: Bar | undefined }[] = roots.map((bar) => ({ bar, parent: undefined }))
  for (let index = 0; index < open.length; index++) {
    const { bar, parent } = open[index]!
    place(bar, parent, clocks)
    for (const child of bar.children) open.push({ bar: child, parent: bar })
  }
  return Math.max(0, ...[...clocks.offsets.values()].map(Math.abs))
}
