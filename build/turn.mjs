import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SetupError } from './lines.mjs'

const POLL_MS = 300

function holderOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw new SetupError(`cannot write ${path}: ${error.code}`, 'Run it as the user who owns this folder.', {
      cause: error,
    })
  }
}

/**
 * Runs `work` while no other set-up step works on the same checkout: two of them, say `npm start` and
 * `npm test` in two terminals, would tear down each other's node_modules. A holder that is dead
 * is forgotten.
 */
export async function inTurn(path, work, { out = process.stderr, deadline_ms = 900_000 } = {}) {
  mkdirSync(dirname(path), { recursive: true })
  const end = Date.now() + deadline_ms
  let told = false
  while (!take(path)) {
    const holder = holderOf(path)
    if (holder !== undefined && !(holder > 0 && isAlive(holder))) {
      unlinkSync(path)
      continue
    }
    if (Date.now() > end) {
      throw new SetupError(
        `another set-up step (process ${holder}) does not end`,
        `End it, or remove ${path}.`,
      )
    }
    if (!told) out.write(`Another set-up step (process ${holder}) is at work here; waiting for it …\n`)
    told = true
    await delay(POLL_MS)
  }
  try {
    return await work()
  } finally {
    unlinkSync(path)
  }
}
