import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { DEFAULT_TOKEN_FILE } from './token.ts'

/** Beside what `tapmesh up` keeps. */
const BESIDE_TOKEN = '.tapmesh/taps'

/**
 * Folder of the last good state: as given, the one that systemd made for this unit (STATE_DIRECTORY,
 * systemd.exec(5)), below XDG_STATE_HOME (XDG Base Directory), or beside the data of a `tapmesh up` in
 * this folder. Undefined where there is none of these: the state is then kept in memory alone.
 */
export function findStateDir(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (given !== undefined) return given
  const { STATE_DIRECTORY, XDG_STATE_HOME } = env
  const [unit = ''] = (STATE_DIRECTORY ?? '').split(':')
  if (isAbsolute(unit)) return unit
  if (XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, 'tapmesh')
  return existsSync(DEFAULT_TOKEN_FILE) ? BESIDE_TOKEN : undefined
}
