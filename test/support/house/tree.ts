import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** The sources as the house test reads them: text and imports only, nothing is run. */

export const ROOT = resolve(import.meta.dirname, '../../..')

export interface SourceFile {
  path: string
  text: string
  lines: string[]
  /** Paths inside the project that it imports, types included, and packages by name. */
  imports: string[]
}

/** All files below `folder` (relative to the root) with one of the endings. */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  const found: string[] = []
  for (const name of readdirSync(join(ROOT, folder))) {
    const path = join(folder, name)
    if (name === 'node_modules' || name.startsWith('.')) continue
    if (statSync(join(ROOT, path)).isDirectory()) found.push(...filesBelow(path, endings))
    else if (endings.some((ending) => name.endsWith(ending))) found.push(path)
  }
  return found
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

export function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const imports = [...text.matchAll(IMPORT)].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3])!
    return name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(path), name)) : name
  })
  return { path, text, lines: text.replace(/\n$/, '').split('\n'), imports }
}
