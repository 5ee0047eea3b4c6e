import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { SetupError } from './lines.mjs'

/** The repository's own Node, which the npm package `node` brings. */
export function nodeOf(root) {
  const own = join(root, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(own)) return own
  throw new SetupError(
    `the repository's own Node is missing at ${own}`,
    'Remove the folder node_modules and run npm start again; npm must be allowed to run the install script of the package "node".',
  )
}

/** Environment of every program: the repository's Node first in PATH, compiled sources kept between starts. */
export function environmentOf(root, environment = process.env) {
  const bin = join(root, 'node_modules', '.bin')
  return {
    ...environment,
    PATH: `${bin}${delimiter}${environment.PATH ?? ''}`,
    // The collector's fdatasync, zstd and DNS share libuv's pool; four threads are too few.
    UV_THREADPOOL_SIZE: environment.UV_THREADPOOL_SIZE ?? '16',
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'tapmesh'),
  }
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
const PARENT_CHECK_MS = 1_000

/** 128 + signal number, as shells report it. */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0)
}

/** This process's parent and, where /proc tells, the parent's parent: npm stands behind a shell. */
function ancestors() {
  try {
    const status = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    return `${process.ppid} ${status.slice(status.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    return String(process.ppid)
  }
}

/**
 * npm ends a script's shell when it is told to stop, but not when it is killed outright. Started by
 * npm, this process then finds itself with other ancestors and tells its program to stop.
 */
function watchParent(onGone, environment) {
  if (environment.npm_lifecycle_event === undefined) return undefined
  const before = ancestors()
  const timer = setInterval(() => {
    if (ancestors() !== before) onGone()
  }, PARENT_CHECK_MS)
  timer.unref()
  return timer
}

/**
 * Runs one program in the foreground and resolves to its exit code. Signals are passed on; with
 * `leash` the program gets a channel that closes when this process dies, however it dies.
 */
export function runProgram(command, args, { root, environment = process.env, leash = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: environmentOf(root, environment),
      stdio: ['inherit', 'inherit', 'inherit', ...(leash ? ['ipc'] : [])],
    })
    const pass = (signal) => child.kill(signal)
    for (const signal of FORWARDED) process.on(signal, pass)
    const timer = watchParent(() => child.kill('SIGTERM'), environment)
    const done = () => {
      clearInterval(timer)
      for (const signal of FORWARDED) process.off(signal, pass)
    }
    child.once('error', (error) => {
      done()
      reject(
        new SetupError(
          `cannot run ${command}: ${error.message}`,
          'Remove node_modules and run npm start again.',
        ),
      )
    })
    child.once('exit', (code, signal) => {
      done()
      resolve(exitCodeOf(code, signal))
    })
  })
}
