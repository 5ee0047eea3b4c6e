import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { TapmeshError } from '../model/error.ts'
import type { FromProgram, ToProgram } from './message.ts'

/** A program that the demo started and will end. */
export interface Child {
  readonly name: string
  readonly pid: number
  send(message: ToProgram): void
  /** The next message of that kind. */
  answer<Kind extends FromProgram['kind']>(kind: Kind): Promise<FromProgram & { kind: Kind }>
  /** The first line of its output that fits; rejects when the program ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** Ends it: politely, then after the grace outright. */
  stop(): Promise<void>
}

export interface ChildOptions {
  name: string
  /** Arguments of Node, program first. */
  args: readonly string[]
  /** Its output is kept here. */
  log: string
  environment?: Readonly<Record<string, string>>
  onUnexpectedEnd(name: string, how: string, log: string): void
}

const STOP_GRACE_MS = 5_000
const READY_MS_MAX = 30_000
const LINES_KEPT_MAX = 200

const LEASH = join(import.meta.dirname, 'leash.mjs')

function startProcess(options: ChildOptions): ChildProcess {
  return spawn(process.execPath, ['--import', LEASH, ...options.args], {
    env: { ...process.env, ...options.environment },
    // A group of its own: a Ctrl-C in the terminal reaches the demo alone, which then ends all in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** Resolves once `process` is gone. */
function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => process.once('exit', () => resolve()))
}

function notReady(options: ChildOptions, lines: readonly string[], how: string): TapmeshError {
  const last = lines.slice(-3).join('\n  ')
  return new TapmeshError(
    'TAPMESH_SETUP_FAILED',
    `the program "${options.name}" of the demo ${how}${last === '' ? '' : `; its last words:\n  ${last}`}`,
    `Its output is in ${options.log}.`,
  )
}

/** Waits for something that the program brings, for a bounded time and no longer than it lives. */
function within<Value>(
  child: ChildProcess,
  failed: (how: string) => Error,
  arrange: (resolve: (value: Value) => void) => () => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer)
      child.off('exit', onExit)
      undo()
    }
    const onExit = (code: number | null, signal: string | null) => {
      settle()
      reject(failed(`ended at once (${signal ?? `exit code ${code}`})`))
    }
    const timer = setTimeout(() => {
      settle()
      reject(failed('was not ready in time'))
    }, READY_MS_MAX)
    child.once('exit', onExit)
    const undo = arrange((value) => {
      settle()
      resolve(value)
    })
  })
}

export function startChild(options: ChildOptions): Child {
  mkdirSync(dirname(options.log), { recursive: true })
  const child = startProcess(options)
  const log = createWriteStream(options.log)
  const lines: string[] = []
  const readers = new Set<(line: string) => void>()
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.pipe(log, { end: false })
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.push(line) > LINES_KEPT_MAX) lines.shift()
      for (const reader of readers) reader(line)
    })
  }
  let stopping = false
  child.once('exit', (code, signal) => {
    log.end()
    if (!stopping) options.onUnexpectedEnd(options.name, signal ?? `exit code ${code}`, options.log)
  })
  const failed = (how: string) => notReady(options, lines, how)
  return {
    name: options.name,
    pid: child.pid!,
    send(message) {
      if (child.connected) child.send(message)
    },
    answer: (kind) =>
      within(child, failed, (resolve) => {
        const onMessage = (message: FromProgram) => {
          if (message.kind === kind) resolve(message as FromProgram & { kind: typeof kind })
        }
        child.on('message', onMessage)
        return () => child.off('message', onMessage)
      }),
    line(pattern) {
      const known = lines.map((text) => pattern.exec(text)).find((match) => match !== null)
      if (known) return Promise.resolve(known)
      return within(child, failed, (resolve) => {
        const reader = (text: string) => {
          const match = pattern.exec(text)
          if (match) resolve(match)
        }
        readers.add(reader)
        return () => readers.delete(reader)
      })
    },
    async stop() {
      stopping = true
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
      await ended(child)
      clearTimeout(timer)
    },
  }
}
