import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { codeOf } from '../../model/error.ts'
import { tokenFileOf } from '../mesh/token.ts'
import { bytes } from '../print/quantity.ts'
import type { Finding } from './finding.ts'
import { fault, note, ok } from './finding.ts'

/** Checks of this machine and this checkout, without any network. */

const NODE_MIN = [22, 15] as const
const DISK_BYTES_MIN = 500_000_000
const DISK_BYTES_WARN = 2_000_000_000

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
  if (enough) return ok('Node', version)
  return fault(
    'Node',
    `${version} is older than ${NODE_MIN.join('.')}`,
    'Run "npm start" once: it installs a Node of its own.',
  )
}

/** The embedded store, or the server that replaces it. */
export function checkStoreEngine(clickhouseUrl: string | undefined, root: string): Finding {
  if (clickhouseUrl)
    return ok('Store engine', `ClickHouse server from CLICKHOUSE_URL (${hostOf(clickhouseUrl)})`)
  const check = 'Store engine'
  try {
    const require = createRequire(join(root, 'package.json'))
    const { version } = require('chdb/package.json') as { version: string }
    return ok(check, `embedded (chdb ${version})`)
  } catch {
    return fault(
      check,
      `the embedded store (npm package chdb) is not installed for ${process.platform}-${process.arch}`,
      'npm ci    or set CLICKHOUSE_URL=http://user:password@host:8123',
    )
  }
}

/** Without user and password, which have no place on a screen. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'not a usable address'
}

export function checkBuilt(root: string): Finding {
  const missing = ['dist/ui/index.html', 'dist/tap.mjs'].filter((file) => !existsSync(join(root, file)))
  if (missing.length === 0) return ok('Built files', 'user interface and single-file tap')
  return fault('Built files', `missing: ${missing.join(', ')}`, 'npm run build')
}

/** The nearest folder that exists, where the data folder itself is not made yet. */
function existing(folder: string): string {
  let path = folder
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path)
  return path
}

export function checkDataFolder(home: string): Finding {
  const check = 'Data folder'
  const place = existing(home)
  try {
    if (!statSync(place).isDirectory())
      return fault(check, `${place} is not a folder`, 'Name another with --data.')
    accessSync(place, constants.W_OK | constants.X_OK)
  } catch (error) {
    return fault(check, `${place} is not writable (${codeOf(error)})`, `chown -R "$(id -u)" '${place}'`)
  }
  return place === home
    ? ok(check, home)
    : note(check, `${home} does not exist yet; it is made at the first start`)
}

export function checkDisk(home: string): Finding {
  const { bavail, bsize } = statfsSync(existing(home))
  const free = bavail * bsize
  const detail = `${bytes(free)} free`
  const fix = 'Free some space, or start with --retention-gb to keep less.'
  if (free < DISK_BYTES_MIN) return fault('Disk space', detail, fix)
  return free < DISK_BYTES_WARN ? note('Disk space', detail, fix) : ok('Disk space', detail)
}

export function checkToken(home: string): Finding {
  const path = tokenFileOf(home)
  if (!existsSync(path)) return note('Token', `none yet at ${path}; "tapmesh up" makes it`)
  if ((statSync(path).mode & 0o077) !== 0)
    return fault('Token', `${path} can be read by others`, `chmod 600 '${path}'`)
  return ok('Token', path)
}
