import { basename } from 'node:path'
import type { House } from '../tree.ts'

/** Rules about what nobody uses. */

/** Programs and entry points that nothing imports. */
const ENTRIES = [/(^|\/)main\.tsx?$/, /\.mjs$/, /\.d\.mts$/, /^loadtest\/(bench|k6)\//, /^demo\//]

/** What stands in for a package, by name (ui/build.mjs). */
const STAND_INS = ['ui/map/still.ts']

const isEntry = (path: string) => ENTRIES.some((entry) => entry.test(path))

/** Files that no program imports or names. */
export function deadFiles({ sources }: House): string[] {
  const used = new Set(sources.flatMap(({ imports }) => imports.map(({ target }) => target)))
  return sources
    .map(({ path }) => path)
    .filter((path) => !used.has(path) && !isEntry(path))
    .filter((path) => !sources.some((file) => file.path !== path && file.text.includes(basename(path))))
}

/** Exports that no other file imports and their own file does not use either. */
export function deadExports({ sources, tests }: House): string[] {
  const used = new Set<string>()
  for (const file of [...sources, ...tests])
    for (const { target, names } of file.imports) for (const name of names) used.add(`${target} ${name}`)
  return sources
    .filter(({ path }) => !isEntry(path) && !STAND_INS.includes(path) && !used.has(`${path} *`))
    .flatMap(({ path, exports, mentions }) =>
      exports
        .filter((name) => !used.has(`${path} ${name}`) && (mentions.get(name) ?? 0) < 2)
        .map((name) => `${path} exports ${name}, which nothing uses`),
    )
}
