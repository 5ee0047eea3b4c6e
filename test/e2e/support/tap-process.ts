import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { until } from '../../tap-proxy/support/stub-collector.ts'
import { builtTap } from './built-tap.ts'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'tap-proxy', 'main.ts')

/** A real tap process, and what it said so far. */
export interface TapProcess {
  child: ChildProcess
  stdout: () => string
  stderr: () => string
  /** Port of the listener whose line starts with these words, for example `inbound orders`. */
  port: (words: string) => number
  admin: () => string
  /** Exit code, or the signal's name. */
  exited: Promise<number | string>
  /** Asks it to stop by SIGTERM and waits for its end. */
  stop: () => Promise<number | string>
  metric: (line: RegExp) => Promise<number>
}

const running = new Set<ChildProcess>()

/** Ends what a failed test left behind. */
export function endTaps(): void {
  for (const child of running) child.kill('SIGKILL')
}

/**
 * Starts a tap from its sources with these words and returns at once.
 * @param launcher a program with its words that starts what follows, such as systemd-socket-activate
 */
export function spawnTap(
  words: readonly string[],
  env: Record<string, string> = {},
  program = MAIN,
  launcher: readonly string[] = [],
): TapProcess {
  const [command, ...rest] = [...launcher, process.execPath, program, ...words]
  const child = spawn(command!, rest, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part: Buffer) => {
    stdout += part
  })
  child.stderr.on('data', (part: Buffer) => {
    stderr += part
  })
  const exited = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return (code ?? signal) as number | string
  })
  const found = (pattern: RegExp) => {
    const match = pattern.exec(stdout)
    if (!match) throw new Error(`no line like ${pattern} in: ${stdout}${stderr}`)
    return match[1]!
  }
  const admin = () => found(/^listening admin (\S+)$/m)
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    port: (words) => Number(found(new RegExp(`^listening ${words} \\S+:(\\d+)`, 'm'))),
    admin,
    exited,
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
    metric: async (line) => {
      const text = await (await fetch(`${admin()}/metrics`)).text()
      return text
        .split('\n')
        .reduce((sum, row) => sum + (line.test(row) ? Number(row.split(' ').at(-1)) : 0), 0)
    },
  }
}

/** Starts a tap and waits until it is ready. @throws with what it said where it ends instead */
export async function startTapProcess(
  words: readonly string[],
  env: Record<string, string> = {},
  program?: string,
  launcher: readonly string[] = [],
): Promise<TapProcess> {
  const tap = spawnTap(words, env, program ?? (await builtTap()), launcher)
  let ended = false
  void tap.exited.then(() => {
    ended = true
  })
  await until('the tap to be ready', () => {
    if (ended) throw new Error(`the tap ended: ${tap.stderr()}`)
    return tap.stdout().includes('listening admin ')
  })
  return tap
}
