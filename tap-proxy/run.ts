import { codeOf, describeError, EXIT } from '../model/error.ts'
import { ListenSockets, type OpenSocket } from '../net/listen-sockets.ts'
import { flagHelp } from './config/flags.ts'
import type { Environment, LoadedFile } from './config/load.ts'
import { fileStamp, loadTapSettings } from './config/load.ts'
import { createEvents, type Events } from './events.ts'
import { announceReady } from './process/announce.ts'
import { givenSockets, refuseUnused } from './process/given-sockets.ts'
import { WORKER } from './process/message.ts'
import { Upgrade } from './process/upgrade.ts'
import type { TapSettings } from './settings.ts'
import { LineWriter } from './sink/line-writer.ts'
import type { Ending, Tap } from './tap.ts'
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
  const number = environment[WORKER]
  if (number !== undefined && process.connected) {
    const { runWorker } = await import('./process/worker.ts')
    return runWorker(number)
  }
  const loaded = await loadTapSettings(words, environment)
  if ('mistakes' in loaded) return refuse(loaded.mistakes, EXIT.usage)
  const { settings, file } = loaded
  const errors = new LineWriter(STDERR)
  const events = createEvents(errors)
  const wish = wishToEnd()
  let tap: Tap
  try {
    tap = await begin(settings, events, environment, wish.end)
  } catch (error) {
    return refuse([error], codeOf(error) === 'TAPMESH_PORT_IN_USE' ? EXIT.unavailable : EXIT.usage)
  }
  const reload = reloader(tap, words, environment, events.configRefused)
  process.on('SIGHUP', reload)
  const unwatch = file === undefined ? () => {} : watch(file, reload)
  for (const line of tap.describe()) process.stdout.write(`${line}\n`)
  announceReady(environment, events.systemdNotTold)
  const unguard = await guard(settings, events)
  const ending = await wish.promise
  unwatch()
  unguard()
  const left = await tap.stop(ending)
  events.drained(left)
  await errors.close(200)
  leave(tap)
}

/**
 * Starts to serve, and takes the signals that change a tap.
 * @throws TapmeshError; then nothing is open
 */
async function begin(
  settings: TapSettings,
  events: Events,
  environment: Environment,
  end: (ending: Ending) => void,
): Promise<Tap> {
  const sockets = new ListenSockets(givenSockets(environment), events)
  const upgrade = new Upgrade(
    () => tap.sockets(),
    startSuccessor,
    (pid) => {
      events.handedOver(pid, settings.upgrade_grace_s)
      end('upgrade')
    },
  )
  const start = await starterOf(settings)
  const tap = await start(settings, events, { sockets, upgrade: () => upgrade.run() })
  try {
    refuseUnused(sockets.unused)
    for (const { source } of sockets.unused) source.close()
  } catch (error) {
    await tap.stop()
    throw error
  }
  process.on('uncaughtException', (error) => tap.contain(error))
  process.on('unhandledRejection', (error) => tap.contain(error))
  // Unheard, it would end the process; Windows has neither signal.
  if (process.platform !== 'win32') {
    process.on('SIGUSR2', () => tap.toggleBypass())
    process.on('SIGURG', () => void upgrade.run().catch(events.upgradeFailed))
  }
  return tap
}

/** A tap of one process loads nothing of what several need. */
async function starterOf({ workers }: TapSettings): Promise<typeof startTap> {
  if (workers === 1) return startTap
  return (await import('./process/supervised-tap.ts')).startSupervised
}

/** Loaded only when it is needed. */
async function startSuccessor(sockets: readonly OpenSocket[]): Promise<number> {
  const successor = await import('./process/successor.ts')
  return successor.startSuccessor(sockets)
}

/** Watches over the event loop. @returns how to stop */
async function guard({ watchdog_ms, tap }: TapSettings, events: Events): Promise<() => void> {
  const { startWatchdog } = await import('./process/watchdog.ts')
  return startWatchdog(watchdog_ms, `tap ${tap}`, events.watchdogUnavailable)
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

/** The end of this process: wished by SIGTERM or SIGINT, or since a successor serves; a later signal ends it at once. */
function wishToEnd(): { promise: Promise<Ending>; end: (ending: Ending) => void } {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  let first = 0
  const end = (ending: Ending) => {
    first ||= performance.now()
    resolve(ending)
  }
  const wish = () => {
    if (first !== 0 && performance.now() - first > SAME_WISH_MS) process.exit(EXIT.finding)
    end('stop')
  }
  process.on('SIGTERM', wish)
  process.on('SIGINT', wish)
  return { promise, end }
}

/** A write that the system never answers would hold the process at its exit for ever. */
function leave(tap: Tap): void {
  if (tap.stuck()) process.kill(process.pid, 'SIGKILL')
  else process.exit(EXIT.done)
}
