import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FOLDERS } from './floors.ts'
import { type SourceFile, sourceOf } from './source.ts'

/** All sources and tests, as data: the rules are functions over a house, and a breach is a house with one file more. */
export interface House {
  sources: readonly SourceFile[]
  tests: readonly SourceFile[]
}

export const ROOT = resolve(import.meta.dirname, '../../..')

const ENDINGS = ['.ts', '.tsx', '.mjs']

/** The house in this checkout. */
export const readHouse = (): House => ({ sources: FOLDERS.flatMap(readFolder), tests: readFolder('test') })

export const readFolder = (folder: string): SourceFile[] =>
  filesBelow(folder).map((path) => sourceOf(path, readFileSync(join(ROOT, path), 'utf8')))

/** The same house with a file written or changed; `text` gets what was there before. */
export function withFile({ sources, tests }: House, path: string, text: (before: string) => string): House {
  const replaced = (files: readonly SourceFile[]) => [
    ...files.filter((file) => file.path !== path),
    sourceOf(path, text(files.find((file) => file.path === path)?.text ?? '')),
  ]
  return path.startsWith('test/')
    ? { sources, tests: replaced(tests) }
    : { sources: replaced(sources), tests }
}

/** Paths of the imported files that are sources of the house. */
export function importsWithin({ sources }: House): (file: SourceFile) => string[] {
  const known = new Set(sources.map(({ path }) => path))
  return ({ imports }) => imports.map(({ target }) => target).filter((target) => known.has(target))
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name)
    if (name === 'node_modules' || name.startsWith('.')) return []
    if (statSync(join(ROOT, path)).isDirectory()) return filesBelow(path)
    return ENDINGS.some((ending) => name.endsWith(ending)) ? [path] : []
  })
}
