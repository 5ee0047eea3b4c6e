import { readFileSync } from 'node:fs'

/** Files and sockets a child of this process may have open (Node raises its own limit to the hard one). */
export function descriptorsMax(): number {
  return parseLimits(readFileSync('/proc/self/limits', 'latin1'))
}

/** The hard limit on open files in the text of /proc/PID/limits; endless where it is unlimited. */
export function parseLimits(text: string): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(text)?.[1]
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}
