import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { TapmeshError } from '../../../model/error.ts'

export interface SpawnPlan {
  command: string
  args: readonly string[]
  /** Core the process and all its threads stay on. */
  core?: number
  /** 0 to 19; a collector that shares the load's core yields to the load. */
  niceness?: number
  env?: Readonly<Record<string, string>>
  cwd?: string
}

export interface Child {
  pid: number
  /** The first line of standard output that matches; fails when the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** Ends it with SIGTERM, after the patience with SIGKILL. */
  end(): Promise<void>
}

const PATIENCE_MS = 5_000
const READY_MS = 30_000
const OUTPUT_LINES_MAX = 1_000

/** The command with its core and niceness, as a person would type it. */
export function fullCommand(plan: SpawnPlan): string[] {
  const nice = plan.niceness ? ['nice', '-n', String(plan.niceness)] : []
  const pinned = plan.core === undefined ? [] : ['taskset', '-c', String(plan.core)]
  return [...nice, ...pinned, plan.command, ...plan.args]
}

/** Every process a bench starts, so that none outlives it. Each is ended by its own id. */
export class Children {
  readonly commands: string[]
  readonly #living = new Set<Child>()
  readonly #parts: Children[] = []

  constructor(commands: string[] = []) {
    this.commands = commands
  }

  /** Children that can be ended before the others; the end of all ends them too. */
  part(): Children {
    const part = new Children(this.commands)
    this.#parts.push(part)
    return part
  }

  start(plan: SpawnPlan): Child {
    const words = fullCommand(plan)
    this.commands.push(words.join(' '))
    const process_ = spawn(words[0]!, words.slice(1), {
      env: { ...process.env, ...plan.env },
      cwd: plan.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const child = watch(process_, words.join(' '), () => this.#living.delete(child))
    this.#living.add(child)
    return child
  }

  /** Runs a program to its end. @returns its standard output @throws TapmeshError where its exit code is not 0 */
  async run(plan: SpawnPlan): Promise<string> {
    const words = fullCommand(plan)
    this.commands.push(words.join(' '))
    const process_ = spawn(words[0]!, words.slice(1), {
      env: { ...process.env, ...plan.env },
      cwd: plan.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let errors = ''
    process_.stdout.on('data', (chunk: Buffer) => {
      out += chunk
    })
    process_.stderr.on('data', (chunk: Buffer) => {
      errors += chunk
    })
    const [code] = (await once(process_, 'close')) as [number | null]
    if (code !== 0) throw failed(words.join(' '), `ended with ${code}: ${errors.slice(-500)}`)
    return out
  }

  async endAll(): Promise<void> {
    await Promise.all([
      ...[...this.#living].map((child) => child.end()),
      ...this.#parts.map((part) => part.endAll()),
    ])
  }
}

function failed(command: string, what: string): TapmeshError {
  return new TapmeshError('TAPMESH_PEER_UNAVAILABLE', `${command}: ${what}`, 'Run the command by hand.')
}

function watch(process_: ChildProcess, command: string, gone: () => void): Child {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const one of [...waiting]) one()
  }
  const keep = (line: string) => {
    if (lines.length < OUTPUT_LINES_MAX) lines.push(line)
    wake()
  }
  createInterface({ input: process_.stdout! }).on('line', keep)
  createInterface({ input: process_.stderr! }).on('line', keep)
  let over = false
  const closed = new Promise<void>((resolve) => {
    const finish = () => {
      over = true
      gone()
      wake()
      resolve()
    }
    process_.once('close', finish)
    process_.once('error', (error) => {
      keep(error.message)
      finish()
    })
  })
  const find = (pattern: RegExp) => {
    for (const line of lines) {
      const match = pattern.exec(line)
      if (match) return match
    }
    return undefined
  }
  return {
    pid: process_.pid ?? -1,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => settle(), READY_MS)
        const settle = (match = find(pattern)) => {
          clearTimeout(deadline)
          waiting.delete(look)
          if (match) resolve(match)
          else
            reject(
              failed(command, `never printed ${pattern}; its last words: ${lines.slice(-3).join(' | ')}`),
            )
        }
        const look = () => {
          if (over || find(pattern)) settle()
        }
        waiting.add(look)
        look()
      }),
    end: async () => {
      if (over) return
      process_.kill('SIGTERM')
      const last = setTimeout(() => process_.kill('SIGKILL'), PATIENCE_MS)
      await closed
      clearTimeout(last)
    },
  }
}
