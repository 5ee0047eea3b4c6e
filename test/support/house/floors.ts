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
  { prefix: 'forward/', floor: 1, may: ['model/'] },
  { prefix: 'tap-proxy/wire/', floor: 0, may: ['model/'] },
  { prefix: 'tap-proxy/observe/', floor: 1, may: ['tap-proxy/wire/', 'model/'] },
  { prefix: 'tap-proxy/document/', floor: 1, may: ['model/'] },
  { prefix: 'tap-proxy/policy/', floor: 1, may: ['tap-proxy/document/', 'model/'] },
  { prefix: 'tap-proxy/certificate/', floor: 1, may: ['model/'] },
  { prefix: 'tap-proxy/enforce/', floor: 1, may: ['model/'] },
  {
    prefix: 'tap-proxy/',
    floor: 2,
    may: [
      'tap-proxy/observe/',
      'tap-proxy/wire/',
      'tap-proxy/document/',
      'tap-proxy/policy/',
      'tap-proxy/enforce/',
      'tap-proxy/certificate/',
      'forward/',
      'model/',
    ],
  },
  { prefix: 'collector/store/', floor: 2, may: ['model/'] },
  {
    prefix: 'collector/control/',
    floor: 2,
    may: [
      'collector/store/',
      'tap-proxy/document/',
      'tap-proxy/policy/',
      'tap-proxy/enforce/',
      'collector/identity/',
      'model/',
    ],
  },
  {
    prefix: 'collector/identity/',
    floor: 2,
    may: ['collector/store/', 'tap-proxy/certificate/', 'model/'],
  },
  {
    prefix: 'collector/',
    floor: 2,
    may: ['collector/store/', 'collector/control/', 'collector/identity/', 'forward/', 'model/'],
  },
  { prefix: 'graph-api/contract.ts', floor: 3, may: ['model/'] },
  { prefix: 'graph-api/picture/', floor: 3, may: ['model/'] },
  { prefix: 'graph-api/export/', floor: 3, may: ['graph-api/picture/', 'model/'] },
  { prefix: 'graph-api/find/', floor: 3, may: ['graph-api/picture/', 'model/'] },
  {
    prefix: 'graph-api/',
    floor: 3,
    may: [
      'graph-api/contract.ts',
      'graph-api/picture/',
      'graph-api/export/',
      'graph-api/find/',
      'collector/store/',
      'collector/control/',
      'tap-proxy/document/',
      'tap-proxy/policy/',
      'tap-proxy/enforce/',
      'model/',
    ],
  },
  { prefix: 'dashboards/', floor: 3, may: ['tap-proxy/observe/', 'model/'] },
  {
    prefix: 'ui/',
    floor: 4,
    may: ['graph-api/contract.ts', 'graph-api/picture/', 'graph-api/export/', 'graph-api/find/', 'model/'],
  },
  {
    prefix: 'cli/',
    floor: 5,
    may: [
      'graph-api/',
      'graph-api/contract.ts',
      'collector/',
      'collector/store/',
      'collector/control/',
      'collector/identity/',
      'tap-proxy/',
      'tap-proxy/document/',
      'tap-proxy/policy/',
      'forward/',
      'dashboards/',
      'model/',
    ],
  },
  {
    prefix: 'loadtest/',
    floor: 5,
    may: [
      'graph-api/',
      'graph-api/picture/',
      'collector/',
      'collector/store/',
      'collector/control/',
      'collector/identity/',
      'tap-proxy/',
      'forward/',
      'tap-proxy/observe/',
      'tap-proxy/policy/',
      'tap-proxy/enforce/',
      'model/',
    ],
  },
]

export function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => path.startsWith(room.prefix))
}

/** Rooms without sockets, files, timers or a clock: time and bytes come in as arguments. */
export const PURE_ROOMS = [
  'model/',
  'tap-proxy/wire/',
  'tap-proxy/observe/',
  'tap-proxy/enforce/',
  'graph-api/picture/',
]

/** Whose behaviour only shows in a process or a browser: tested in test/e2e. */
export const TESTED_AS_PROGRAMS = [
  /(^|\/)main\.tsx?$/,
  /^ui\//,
  /^cli\/demo\//,
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
