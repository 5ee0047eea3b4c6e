import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, TapmeshError } from '../../model/error.ts'

/** The token that taps and mutations of the API show: 32 bytes as hex digits, readable by its owner only. */

const TOKEN_FORM = /^[\x21-\x7e]{16,256}$/

export function tokenFileOf(home: string): string {
  return join(home, 'token')
}

function unwritable(path: string, cause: unknown): TapmeshError {
  return new TapmeshError(
    'TAPMESH_DATA_UNWRITABLE',
    `cannot write ${path}: ${codeOf(cause)}`,
    'Name a folder of your own with --data, or run it as the user who owns this one.',
    { cause },
  )
}

/** Reads a token from a file. @throws TapmeshError TAPMESH_TOKEN_MISSING where it cannot be read or holds none */
export function readToken(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      `cannot read the token in ${path}: ${codeOf(cause)}`,
      'See that the file exists and that you may read it.',
      { cause },
    )
  }
  if (TOKEN_FORM.test(text)) return text
  throw new TapmeshError(
    'TAPMESH_TOKEN_MISSING',
    `${path} holds no usable token: 16 to 256 printable characters without blanks are needed`,
    `Remove the file; a new token is made at the next start.`,
  )
}

/**
 * The token of a data folder; made when absent. A token that others could read is locked up again.
 * @throws TapmeshError TAPMESH_DATA_UNWRITABLE, TAPMESH_TOKEN_MISSING
 */
export function ensureToken(home: string): string {
  const path = tokenFileOf(home)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // The flag makes this fail where the file exists, so two starts never write two tokens.
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(path, error)
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  }
  return readToken(path)
}
