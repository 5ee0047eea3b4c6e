import { basename } from 'node:path'
import type { House } from '../tree.ts'

/** Rules about names and leftovers. */

/** Names that say nothing, with what to write instead. */
const VAGUE_NAMES: Readonly<Record<string, string>> = {
  utils: 'the noun the functions are about',
  util: 'the noun the functions are about',
  helpers: 'what they help to do',
  helper: 'what it helps to do',
  common: 'the thing itself',
  shared: 'the thing itself',
  manager: 'the noun it keeps (pool, queue, table)',
  misc: 'one file for each thing',
}

export function vagueNames({ sources, tests }: House): string[] {
  return [...sources, ...tests].flatMap(({ path }) => {
    const instead = VAGUE_NAMES[basename(path).replace(/\.(test\.)?(ts|tsx|mjs)$/, '')]
    return instead ? [`${path}: name it after ${instead}`] : []
  })
}

const LEFTOVER = /\b(?:TODO|FIXME|XXX)\b|\.only\(|@ts-ignore|@ts-nocheck|not implemented/

/** Nothing is skipped, postponed or left loose. */
export function leftovers({ sources, tests }: House): string[] {
  return [...sources, ...tests]
    .filter(({ path }) => path !== 'test/support/house/rules/words.ts')
    .flatMap(({ path, lines }) =>
      lines.filter((line) => LEFTOVER.test(line)).map((line) => `${path}: ${line.trim()}`),
    )
}
