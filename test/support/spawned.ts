import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A TypeScript program started with this Node, whose `listening <name> <url>` lines can be waited for. */
export interface Spawned {
  child: ChildProcess
  /** Address of the listener by that name. */
  url: string
  stderr(): string
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** Starts `script` (a path below the project) and waits for its first listener. */
export async function spawnListening(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Spawned> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../..', script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  let [out, err] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      const found = /^listening \S+ (\S+)$/m.exec(out)?.[1]
      if (found) resolve(found)
    })
    ended.then(() => reject(new Error(`${script} ended before it listened: ${err}`)), reject)
  })
  return {
    child,
    url,
    stderr: () => err,
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}
