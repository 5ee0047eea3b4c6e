import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './lines.mjs'

const STAMP = ['node_modules', '.tapmesh-lock']
const HEAD_LINES = 20

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function hashOfLock(lock) {
  return createHash('sha256').update(lock).digest('hex')
}

/**
 * True where npm's own note of what it installed (node_modules/.package-lock.json) agrees with the
 * lock: same integrity for all it holds, and nothing missing but optional packages, which npm leaves
 * out on other platforms.
 */
function noteAgrees(lock, note) {
  if (note === undefined) return false
  const wanted = JSON.parse(lock).packages ?? {}
  const present = JSON.parse(note).packages ?? {}
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue
    const found = present[path]
    if (
      found === undefined
        ? !entry.optional
        : found.integrity !== entry.integrity || found.version !== entry.version
    ) {
      return false
    }
  }
  return Object.keys(present).every((path) => path in wanted)
}

/**
 * Whether node_modules is what package-lock.json asks for. A stamp with the lock's hash answers at
 * once; without it npm's own note is compared, so that a tree installed by hand is not installed again.
 */
export function isInstalled(root) {
  const lock = read(join(root, 'package-lock.json'))
  if (lock === undefined) {
    throw new SetupError(
      `no package-lock.json in ${root}`,
      'Run this from a whole checkout of the repository.',
    )
  }
  if (!existsSync(join(root, 'node_modules', 'node', 'bin', 'node'))) return false
  const hash = hashOfLock(lock)
  if (read(join(root, ...STAMP)) === hash) return true
  if (!noteAgrees(lock, read(join(root, 'node_modules', '.package-lock.json')))) return false
  writeStamp(root, hash)
  return true
}

function writeStamp(root, hash) {
  try {
    writeFileSync(join(root, ...STAMP), hash)
  } catch (error) {
    // A read-only checkout works as well; the comparison is simply made again next time.
    if (error.code !== 'EROFS' && error.code !== 'EACCES') throw error
  }
}

const REASONS = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network|FETCH_ERROR/i,
    'the package registry cannot be reached',
    'Check the network and "npm config get registry" (behind a proxy also "npm config get proxy"), then run the same command again.',
  ],
  [
    /ENOSPC/,
    'the disk is full',
    'About 1.2 GB are needed, of which 540 MB are the embedded store; free some space and run the same command again.',
  ],
  [/EACCES|EPERM|EROFS/, 'npm may not write here', 'Run it as the user who owns this folder.'],
  [
    /EUSAGE|can only install packages when|not in sync/i,
    'package.json and package-lock.json disagree',
    'Run "npm install" once, then "node build/complete-lock.mjs", and commit the lock file.',
  ],
  [
    /EINTEGRITY/,
    'a downloaded package is not the one the lock file names',
    'Run "npm cache verify" and try again; behind a caching proxy, let it drop that package.',
  ],
]

/** Why npm failed, in words, from what it printed. */
export function explainNpm(output, code) {
  for (const [pattern, message, hint] of REASONS) {
    if (pattern.test(output)) return { message: `npm ci failed: ${message}`, hint }
  }
  return {
    message: `npm ci failed with exit code ${code}`,
    hint: 'The lines above are npm\'s; "npm ci" alone shows all of them.',
  }
}

/** npm as this process was started by it, or the one in PATH. */
function npmCommand(environment) {
  const script = environment.npm_execpath
  return script?.endsWith('.js') && /npm-cli/.test(script) ? [process.execPath, [script]] : ['npm', []]
}

/** Runs `npm ci`; rejects with a SetupError that says why it could not. */
export function install(root, { environment = process.env, out = process.stderr } = {}) {
  const [command, before] = npmCommand(environment)
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      // Left to production mode npm would leave out the tools and the repository's own Node.
      env: { ...environment, NODE_ENV: '', npm_config_omit: '', npm_config_update_notifier: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk) => {
      output = `${output}${chunk}`.slice(-64_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) =>
      reject(
        error.code === 'ENOENT'
          ? new SetupError(
              'npm is not installed',
              'Install Node.js 18 or newer together with npm (https://nodejs.org), then run the same command again.',
            )
          : new SetupError(`npm could not be started: ${error.message}`, 'See that "npm --version" works.'),
      ),
    )
    child.once('close', (code) => {
      if (code === 0) {
        writeStamp(root, hashOfLock(readFileSync(join(root, 'package-lock.json'), 'utf8')))
        resolve()
        return
      }
      // npm says what is wrong first and how it is called last.
      out.write(`\n${output.trimEnd().split('\n').slice(0, HEAD_LINES).join('\n')}\n`)
      const { message, hint } = explainNpm(output, code)
      reject(new SetupError(message, hint))
    })
  })
}
