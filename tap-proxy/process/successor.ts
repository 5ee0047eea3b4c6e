import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { TapmeshError } from '../../model/error.ts'
import type { OpenSocket } from '../../net/listen-sockets.ts'
import { OF_THIS_PROCESS, READY_FD, SOCKETS } from './given-sockets.ts'

/** A tap that is not ready after this time is ended, and the one before serves on. */
const READY_MS = 30_000
const FIRST_FD = 4

/** The command of this process: a program and a file that were replaced since are the new ones. */
export function ownCommand(): [string, string[]] {
  return [process.argv0, [...process.execArgv, ...process.argv.slice(1)]]
}

/** The environment without what was meant for this process alone. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env }
  for (const name of OF_THIS_PROCESS) delete environment[name]
  return environment
}

/**
 * Starts the command of this process once more, with its listening sockets, and waits until it serves.
 * @returns its process id
 * @throws TapmeshError TAPMESH_UPGRADE_FAILED; then it is ended
 */
export async function startSuccessor(sockets: readonly OpenSocket[]): Promise<number> {
  const given = sockets.map((socket, index) => ({ ...socket, fd: FIRST_FD + index }))
  const [program, words] = ownCommand()
  const child = spawn(program, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe', ...sockets.map(({ fd }) => fd)],
    env: { ...ownEnvironment(), [SOCKETS]: JSON.stringify(given), [READY_FD]: String(FIRST_FD - 1) },
  })
  const fault = await ready(child)
  if (fault === undefined) {
    child.unref()
    return child.pid!
  }
  child.kill('SIGKILL')
  throw new TapmeshError(
    'TAPMESH_UPGRADE_FAILED',
    `the process that was to take over ${fault}`,
    'Its own lines say why; this process serves on.',
  )
}

/** @returns why it is not ready, or undefined */
async function ready(child: ChildProcess): Promise<string | undefined> {
  const said = child.stdio[3] as Readable
  const deadline = AbortSignal.timeout(READY_MS)
  try {
    const failed = once(child, 'error', { signal: deadline }).then(([error]) => {
      throw error
    })
    // The end comes without data if the process ends first.
    const heard = Promise.race([
      once(said, 'data', { signal: deadline }),
      once(said, 'end', { signal: deadline }),
    ])
    const [data] = await Promise.race([heard, failed])
    failed.catch(() => undefined)
    said.destroy()
    return data === undefined ? 'ended before it was ready' : undefined
  } catch (error) {
    if (deadline.aborted) return `was not ready after ${READY_MS / 1000} s`
    return `could not be started: ${(error as NodeJS.ErrnoException).code ?? error}`
  }
}
