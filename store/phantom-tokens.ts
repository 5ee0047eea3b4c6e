import { globSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The engine notes an insert's token just before it puts the rows' part in place. A process killed
 * between the two leaves a token without rows, and the same rows sent again would be taken for a
 * duplicate for ever. So tokens whose part is nowhere are taken out before the engine opens a folder.
 */

/** A kill can only hit the newest notes: one insert makes a part for each day of its rows. */
const NOTES_LOOKED_AT = 1000
const ADDED = '1'

interface Span {
  partition: string
  first: number
  last: number
}

/** Name of a part: partition, first and last block, level and, after a change of the table, a version. */
const PART = /^(.+?)_(\d+)_(\d+)_\d+(?:_\d+)?$/

function spanOf(name: string): Span | undefined {
  const [, partition, first, last] = PART.exec(name) ?? []
  return partition === undefined ? undefined : { partition, first: Number(first), last: Number(last) }
}

/** True where the folder of the table holds this part, or one that it was merged into. */
function isThere(part: Span, there: readonly Span[]): boolean {
  return there.some(
    ({ partition, first, last }) => partition === part.partition && first <= part.first && last >= part.last,
  )
}

/** Lines of a table's log without the tokens whose part is nowhere. A line: operation, part, token. */
function withoutPhantoms(lines: readonly string[], there: readonly Span[]): string[] {
  return lines.filter((line, index) => {
    if (index < lines.length - NOTES_LOOKED_AT) return true
    const [operation, name = '', token = ''] = line.split('\t')
    const part = spanOf(name)
    if (operation !== ADDED || part === undefined || isThere(part, there)) return true
    // A later line may say that the part was dropped, and with it the token.
    return lines.slice(index + 1).some((later) => later.endsWith(`\t${token}`))
  })
}

/**
 * Takes phantom tokens out of a data folder that no engine has open.
 * @returns how many there were @throws what the system throws
 */
export function forgetPhantomTokens(dataFolder: string): number {
  let forgotten = 0
  for (const file of globSync(join(dataFolder, 'store', '*', '*', 'deduplication_logs', '*.txt'))) {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    if (lines.length === 0) continue
    const there = readdirSync(dirname(dirname(file))).flatMap((name) => spanOf(name) ?? [])
    const kept = withoutPhantoms(lines, there)
    if (kept.length === lines.length) continue
    forgotten += lines.length - kept.length
    writeFileSync(`${file}.new`, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return forgotten
}
