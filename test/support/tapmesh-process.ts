import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '../..')

/** A real `tapmesh …` process of a test. */
export interface TapmeshProcess {
  readonly process: ChildProcess
  readonly pid: number
  /** All output so far, both streams. */
  output(): string
  /** Waits for text in the output. */
  said(pattern: RegExp, deadline_ms?: number): Promise<RegExpExecArray>
  /** Exit code, or the signal's name. */
  ended(deadline_ms?: number): Promise<number | string>
}

const POLL_MS = 20

/** Polls until `ask` gives something, or throws `describe()` past the deadline. */
export async function eventually<Value>(
  ask: () => Value | undefined | Promise<Value | undefined>,
  deadline_ms: number,
  describe: () => string,
): Promise<Value> {
  const end = Date.now() + deadline_ms
  for (;;) {
    const value = await ask()
    if (value !== undefined) return value
    if (Date.now() > end) throw new Error(describe())
    await delay(POLL_MS)
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export function startTapmesh(
  args: readonly string[],
  environment: Record<string, string> = {},
): TapmeshProcess {
  const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], {
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  let end: number | string | undefined
  child.once('exit', (code, signal) => {
    end = code ?? signal ?? 'unknown'
  })
  return {
    process: child,
    pid: child.pid!,
    output: () => output,
    said: (pattern, deadline_ms = 40_000) =>
      eventually(
        () => pattern.exec(output) ?? (end === undefined ? undefined : fail(pattern, output)),
        deadline_ms,
        () => `never said ${pattern}; output:\n${output}`,
      ),
    ended: (deadline_ms = 20_000) =>
      eventually(
        () => end,
        deadline_ms,
        () => `process ${child.pid} did not end; output:\n${output}`,
      ),
  }
}

function fail(pattern: RegExp, output: string): never {
  throw new Error(`ended without saying ${pattern}; output:\n${output}`)
}
