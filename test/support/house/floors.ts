/**
 * The floors of the house (docs/architecture.md): a file may import from its own floor's listed
 * rooms and from below, never upward. The first prefix that fits a path names its room.
 */
export interface Room {
  prefix: string
  floor: number
  /** Rooms it may import from; itself is always allowed. */
  may: readonly string[]
}

export const ROOMS: readonly Room[] = [
  { prefix: 'model/', floor: 0, may: [] },
  { prefix: 'wire/', floor: 0, may: ['model/'] },
  { prefix: 'document/', floor: 0, may: ['model/'] },
  { prefix: 'identity/', floor: 0, may: ['model/'] },
  { prefix: 'net/', floor: 1, may: ['model/'] },
  { prefix: 'protocol/', floor: 1, may: ['wire/', 'model/'] },
  { prefix: 'policy/feature/', floor: 1, may: ['model/'] },
  { prefix: 'policy/judging/', floor: 1, may: ['policy/feature/', 'model/'] },
  { prefix: 'policy/', floor: 1, may: ['policy/feature/', 'document/', 'model/'] },
  { prefix: 'export/', floor: 1, may: ['model/'] },
  { prefix: 'picture/', floor: 1, may: ['model/'] },
  {
    prefix: 'tap-proxy/',
    floor: 2,
    may: [
      'protocol/',
      'wire/',
      'net/',
      'document/',
      'policy/',
      'policy/feature/',
      'policy/judging/',
      'identity/',
      'export/',
      'model/',
    ],
  },
  { prefix: 'store/', floor: 1, may: ['model/'] },
  {
    prefix: 'control/',
    floor: 2,
    may: ['store/', 'document/', 'policy/', 'policy/feature/', 'identity/', 'model/'],
  },
  { prefix: 'collector/', floor: 2, may: ['store/', 'control/', 'export/', 'model/'] },
  { prefix: 'graph-api/contract.ts', floor: 1, may: ['model/'] },
  {
    prefix: 'graph-api/',
    floor: 3,
    may: [
      'graph-api/contract.ts',
      'picture/',
      'store/',
      'control/',
      'document/',
      'policy/',
      'policy/feature/',
      'policy/judging/',
      'model/',
    ],
  },
  { prefix: 'dashboards/', floor: 3, may: ['tap-proxy/', 'model/'] },
  { prefix: 'ui/', floor: 4, may: ['graph-api/contract.ts', 'picture/', 'model/'] },
  {
    prefix: 'cli/',
    floor: 5,
    may: [
      'graph-api/',
      'graph-api/contract.ts',
      'picture/',
      'collector/',
      'store/',
      'control/',
      'tap-proxy/',
      'net/',
      'document/',
      'policy/',
      'identity/',
      'export/',
      'dashboards/',
      'demo/',
      'build/',
      'model/',
    ],
  },
  {
    prefix: 'demo/',
    floor: 5,
    may: [
      'cli/',
      'collector/',
      'control/',
      'tap-proxy/',
      'net/',
      'policy/',
      'document/',
      'model/',
      'graph-api/',
      'graph-api/contract.ts',
      'store/',
    ],
  },
  {
    prefix: 'build/',
    floor: 5,
    may: [
      'cli/',
      'dashboards/',
      'tap-proxy/',
      'policy/',
      'document/',
      'model/',
      'graph-api/',
      'graph-api/contract.ts',
    ],
  },
  {
    prefix: 'loadtest/',
    floor: 5,
    may: [
      'graph-api/',
      'graph-api/contract.ts',
      'picture/',
      'collector/',
      'store/',
      'control/',
      'tap-proxy/',
      'net/',
      'wire/',
      'protocol/',
      'policy/',
      'policy/feature/',
      'policy/judging/',
      'export/',
      'model/',
    ],
  },
]

export function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => path.startsWith(room.prefix))
}

/** Rooms without sockets, files, timers or a clock: time and bytes come in as arguments. */
export const PURE_ROOMS = ['model/', 'wire/', 'protocol/', 'policy/feature/', 'policy/judging/', 'picture/']

/** Whose behaviour only shows in a process or a browser: tested in test/e2e. */
export const TESTED_AS_PROGRAMS = [
  /(^|\/)main\.tsx?$/,
  /^ui\//,
  /^demo\//,
  /^loadtest\//,
  /\.mjs$/,
  /^cli\/command\//,
]

/** What a pure room may not name, and why the name is caught. */
export const IMPURE =
  /\b(?:setTimeout|setInterval|setImmediate|Date\.now|new Date\(\)|performance\.now|process\.hrtime|fetch\()|from 'node:(?:net|http|https|fs|dns|tls|dgram|timers|child_process|cluster|worker_threads)/

/** Names that say nothing, with what to write instead. */
export const VAGUE_NAMES: Readonly<Record<string, string>> = {
  utils: 'the noun the functions are about',
  util: 'the noun the functions are about',
  helpers: 'what they help to do',
  helper: 'what it helps to do',
  common: 'the thing itself',
  shared: 'the thing itself',
  manager: 'the noun it keeps (pool, queue, table)',
  misc: 'one file for each thing',
}
