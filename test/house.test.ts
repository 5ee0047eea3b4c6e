import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { IMPURE, PURE_ROOMS, ROOMS, roomOf, TESTED_AS_PROGRAMS, VAGUE_NAMES } from './support/house/floors.ts'
import { filesBelow, ROOT, readSource } from './support/house/tree.ts'

/** Style is a test: floors, cycles, sizes, names, dead files, mirror tests. */

const FILE_LINES_MAX = 400
/** Files that are one thing although they are longer, and why. */
const WHOLE: Readonly<Record<string, string>> = {
  'protocol/http1/decoder.ts':
    'both directions of one connection, each of which decides what the other means',
  'tap-proxy/relay/passthrough.ts': 'the life of one connection, both of its ends in step',
  'tap-proxy/terminate/client.ts': 'the states of one client connection',
  'tap-proxy/terminate/exchange.ts': 'the states of one call on its way and back',
}
const MEDIAN_LINES_MAX = 130
const FUNCTION_LINES_MAX = 70

const FOLDERS = [
  'model',
  'wire',
  'document',
  'identity',
  'net',
  'protocol',
  'policy',
  'export',
  'picture',
  'store',
  'control',
  'tap-proxy',
  'collector',
  'graph-api',
  'ui',
  'cli',
  'demo',
  'build',
  'dashboards',
  'loadtest',
]
const sources = FOLDERS.flatMap((folder) => filesBelow(folder, ['.ts', '.tsx', '.mjs'])).map(readSource)
const tests = filesBelow('test', ['.ts', '.tsx', '.mjs']).map(readSource)
const known = new Set(sources.map((file) => file.path))

test('imports go down the floors only', () => {
  const upward = sources.flatMap((file) => {
    const room = roomOf(file.path)
    return file.imports.filter(known.has, known).flatMap((target) => {
      const below = roomOf(target)
      const allowed = !room || !below || below === room || room.may.includes(below.prefix)
      return allowed ? [] : [`${file.path} -> ${target}`]
    })
  })
  expect(upward).toEqual([])
})

test('no room is listed above one that it imports', () => {
  for (const room of ROOMS) {
    for (const prefix of room.may) {
      expect(ROOMS.find((other) => other.prefix === prefix)!.floor).toBeLessThanOrEqual(room.floor)
    }
  }
})

test('no import cycles', () => {
  const imports = new Map(sources.map((file) => [file.path, file.imports.filter(known.has, known)]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

test('a file has one purpose: none above the longest length, the median near 100 lines', () => {
  const long = [...sources, ...tests].filter(
    (file) => file.lines.length > FILE_LINES_MAX && !(file.path in WHOLE),
  )
  expect(long.map((file) => `${file.path} ${file.lines.length}`)).toEqual([])
  const sizes = sources.map((file) => file.lines.length).sort((left, right) => left - right)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES_MAX)
})

/** Functions that start a line and end with a brace in the same column, with their length. */
function functionsOf(lines: readonly string[]): { name: string; length: number }[] {
  const START =
    /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|(?:private |static |override |get |set )*(?:async )?(#?\w+)\([^;]*\)(?:: [^;={]+)? \{$)/
  return lines.flatMap((line, from) => {
    const match = START.exec(line)
    if (!match || line.endsWith('}') || /^\s*(?:if|for|while|switch|catch|return)\b/.test(line)) return []
    const end = lines.findIndex((later, index) => index > from && later.startsWith(`${match[1]}}`))
    return end < 0 ? [] : [{ name: match[2] ?? match[3] ?? '', length: end - from + 1 }]
  })
}

test('a function fits a screen', () => {
  const long = sources.flatMap((file) =>
    functionsOf(file.lines)
      .filter((found) => found.length > FUNCTION_LINES_MAX)
      .map((found) => `${file.path} ${found.name} ${found.length}`),
  )
  expect(long).toEqual([])
})

test('parsers and the model know neither sockets nor clocks', () => {
  const impure = sources
    .filter((file) => PURE_ROOMS.some((room) => file.path.startsWith(room)))
    .flatMap((file) =>
      file.lines
        .filter((line) => !/^\s*(\*|\/\/)/.test(line) && IMPURE.test(line))
        .map((line) => `${file.path}: ${line.trim()}`),
    )
  expect(impure).toEqual([])
})

test('no file has a name that says nothing', () => {
  const vague = [...sources, ...tests].flatMap((file) => {
    const name = basename(file.path).replace(/\.(test\.)?(ts|tsx|mjs)$/, '')
    const instead = VAGUE_NAMES[name]
    return instead ? [`${file.path}: name it after ${instead}`] : []
  })
  expect(vague).toEqual([])
})

/** Programs and entry points that nothing imports. */
const ENTRIES = [/(^|\/)main\.tsx?$/, /\.mjs$/, /^loadtest\/bench\//, /^demo\//, /\.d\.ts$/]

test('every file is used by the programs, not by its test alone', () => {
  const used = new Set(sources.flatMap((file) => file.imports))
  const dead = sources.filter(
    (file) => !used.has(file.path) && !ENTRIES.some((entry) => entry.test(file.path)),
  )
  const namedElsewhere = (path: string) =>
    sources.some((file) => file.path !== path && file.text.includes(basename(path)))
  expect(dead.filter((file) => !namedElsewhere(file.path)).map((file) => file.path)).toEqual([])
})

const hasCode = (text: string) => /(^|\n)export (async )?(function|class|const)|\n {2}\w+\(.*\{\n/.test(text)

/** Files that a test reaches without leaving the folder it mirrors: its own, and those it drives. */
function reachedInRoom(): ReadonlySet<string> {
  const imports = new Map(sources.map((file) => [file.path, file.imports.filter(known.has, known)]))
  const reached = new Set<string>()
  for (const test of tests) {
    const room = roomOf(test.path.replace(/^test\//, ''))
    const next = test.imports.filter((path) => known.has(path) && roomOf(path) === room)
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (reached.has(path)) continue
      reached.add(path)
      next.push(...(imports.get(path) ?? []).filter((target) => roomOf(target) === room))
    }
  }
  return reached
}

test('every file with code is driven by a test of its own room; a parser has its own', () => {
  const reached = reachedInRoom()
  const untested = sources
    .filter((file) => hasCode(file.text) && !TESTED_AS_PROGRAMS.some((rule) => rule.test(file.path)))
    .map((file) => file.path)
    .filter((path) => !reached.has(path))
  expect(untested).toEqual([])
  const wire = sources.map((file) => file.path).filter((path) => path.startsWith('wire/http1/re'))
  expect(wire.filter((path) => !existsSync(join(ROOT, 'test', path.replace(/\.ts$/, '.test.ts'))))).toEqual(
    [],
  )
})

test('no leftovers: nothing skipped, nothing to be done later, no loose any', () => {
  const left = [...sources, ...tests].flatMap((file) =>
    file.path === 'test/house.test.ts'
      ? []
      : file.lines
          .filter((line) =>
            /\b(?:TODO|FIXME|XXX)\b|\.only\(|@ts-ignore|@ts-nocheck|not implemented/.test(line),
          )
          .map((line) => `${file.path}: ${line.trim()}`),
  )
  expect(left).toEqual([])
})
