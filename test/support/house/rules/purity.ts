import { PURE_ROOMS, PURE_WINGS, roomOf } from '../floors.ts'
import type { House } from '../tree.ts'

/** Pure rooms compute: time, bytes and random words come in as arguments. */

/** Globals through which a program reaches the world. `new Date(ms)` is arithmetic; `new Date()` counts as `Date.now`. */
const WORLD = new Set([
  'process',
  'performance',
  'Date.now',
  'Math.random',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'fetch',
  'WebSocket',
  'EventSource',
  'console',
  'globalThis',
  'window',
  'document',
  'navigator',
  'location',
  'localStorage',
])

const isPure = (path: string) => {
  const room = roomOf(path)
  return room !== undefined && (PURE_WINGS.includes(room.wing) || PURE_ROOMS.includes(room.name))
}

/** What pure rooms import that is not pure, and globals they use that are not. */
export function impurities({ sources }: House): string[] {
  return sources
    .filter(({ path }) => isPure(path))
    .flatMap(({ path, imports, globals }) => [
      ...imports.filter(({ target }) => !isPure(target)).map(({ target }) => `${path} imports ${target}`),
      ...globals.filter((name) => WORLD.has(name)).map((name) => `${path} uses ${name}`),
    ])
}
