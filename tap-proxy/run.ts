import { codeOf, describeError, EXIT } from '../model/error.ts'
import { flagHelp } from './config/flags.ts'
import type { Environment, LoadedFile } from './config/load.ts'
import { fileStamp, loadTapSettings } from './config/load.ts'
import { createEvents } from './events.ts'
import { LineWriter } from './sink/line-writer.ts'
import type { Tap } from './tap.ts'
import { startTap } from './tap.ts'

/** How often a configuration file is looked at; a look is one stat. */
const WATCH_MS = 1_000
/** A terminal signals the whole group and a parent passes it on: what comes within this time is the same wish. */
const SAME_WISH_MS = 1_000
const STDERR = 2

/**
 * The life of a tap: read the settings, listen, serve until a signal, drain, leave. Sets
 * `process.exitCode`; resolves when there is nothing more to do.
 * @param words what stands behind `tapmesh tap`
 */
export async function runTap(
  words: readonly string[],
  environment: Environment = process.env,
): Promise<void> {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(
      `usage: tapmesh tap --service orders --listen 8080 --to 127.0.0.1:3000\n\n${flagHelp()}\n`,
    )
    return
  }
  const loaded = await loadTapSettings(words, environment)
  if ('mistakes' in loaded) return refuse(loaded.mistakes, EXIT.usage)
  const errors = new LineWriter(STDERR)
  const events = createEvents(errors)
  let tap: Tap
  try {
    tap = await startTap(loaded.settings, events)
  } catch (error) {
    return refuse([error], codeOf(error) === 'TAPMESH_PORT_IN_USE' ? EXIT.unavailable : EXIT.usage)
  }
  const contain = (error: unknown) => tap.contain(error)
  process.on('uncaughtException', contain)
  process.on('unhandledRejection', contain)
  const reload = reloader(tap, words, environment, events.configRefused)
  process.on('SIGHUP', reload)
  // Unheard, it would end the process; Windows has no such signal.
  if (process.platform !== 'win32') process.on('SIGUSR2', () => tap.toggleBypass())
  const unwatch = loaded.file === undefined ? () => {} : watch(loaded.file, reload)
  const wish = wishToEnd()
  for (const line of tap.describe()) process.stdout.write(`${line}\n`)
  await wish
  unwatch()
  const left = await tap.stop()
  events.drained(left)
  await errors.close(200)
  leave(tap)
}

function refuse(mistakes: readonly unknown[], code: number): void {
  for (const mistake of mistakes) process.stderr.write(`${describeError(mistake)}\n`)
  process.exitCode = code
}

/** Reloads one after the other, however fast the wishes come. */
function reloader(
  tap: Tap,
  words: readonly string[],
  environment: Environment,
  refused: (mistakes: readonly unknown[]) => void,
): () => void {
  let busy = false
  let again = false
  const reload = async () => {
    tap.reopenLogs()
    const loaded = await loadTapSettings(words, environment)
    if ('mistakes' in loaded) refused(loaded.mistakes)
    else await tap.reload(loaded.settings).catch((error: unknown) => refused([error]))
  }
  const run = async () => {
    if (busy) {
      again = true
      return
    }
    busy = true
    do {
      again = false
      await reload()
    } while (again)
    busy = false
  }
  return () => void run()
}

/** Tells of every change of the file. @returns how to stop */
function watch({ path, stamp }: LoadedFile, changed: () => void): () => void {
  let before = stamp
  const look = async () => {
    const now = await fileStamp(path)
    // A file that is gone is about to be put in place again.
    if (now === before || now === '') return
    before = now
    changed()
  }
  const timer = setInterval(look, WATCH_MS).unref()
  return () => clearInterval(timer)
}

/** Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. */
function wishToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let first = 0
    const wish = () => {
      if (first === 0) {
        first = performance.now()
        resolve()
      } else if (performance.now() - first > SAME_WISH_MS) process.exit(EXIT.finding)
    }
    process.on('SIGTERM', wish)
    process.on('SIGINT', wish)
  })
}

/** A write that the system never answers would hold the process at its exit for ever. */
function leave(tap: Tap): void {
  if (tap.stuck()) process.kill(process.pid, 'SIGKILL')
  else process.exit(EXIT.done)
}
