import { readFile } from 'node:fs/promises'
import { TapmeshError } from '../../model/error.ts'
import { isLoopbackHost } from './address.ts'

export const DEFAULT_TOKEN_FILE = '.tapmesh/token'
const TOKEN_BYTES_MAX = 4096

export interface TokenPlaces {
  token: string | undefined
  tokenFile: string | undefined
  /** Address of the collector. */
  url: string
}

/**
 * The token for the collector: as given, from the given file, from TAPMESH_TOKEN, else the one that
 * `tapmesh up` left beside its data, when the collector is on this machine.
 * @throws TapmeshError TAPMESH_CONFIG_UNREADABLE where a file that was named cannot be read
 */
export async function findToken(
  places: TokenPlaces,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (places.token !== undefined) return places.token
  if (places.tokenFile !== undefined) return readToken(places.tokenFile)
  const { TAPMESH_TOKEN } = env
  if (TAPMESH_TOKEN) return TAPMESH_TOKEN
  if (!isLoopbackHost(new URL(places.url).hostname.replace(/^\[|\]$/g, ''))) return undefined
  return readToken(DEFAULT_TOKEN_FILE).catch(() => undefined)
}

/** @throws TapmeshError TAPMESH_CONFIG_UNREADABLE, TAPMESH_CONFIG_INVALID */
export async function readToken(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new TapmeshError(
      'TAPMESH_CONFIG_UNREADABLE',
      `the token file ${file} cannot be read: ${error.code ?? error.message}`,
      'Check the path and that this user may read it.',
      { cause: error },
    )
  })
  const token = bytes.subarray(0, TOKEN_BYTES_MAX).toString('utf8').trim()
  if (!isToken(token)) {
    throw new TapmeshError(
      'TAPMESH_CONFIG_INVALID',
      `the token file ${file} does not hold a token`,
      'It must hold one line of printable characters without spaces.',
    )
  }
  return token
}

export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text)
}
