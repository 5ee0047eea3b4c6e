import { codeOf, describeError } from '../model/error.ts'
import { printable } from '../model/row.ts'
import { type AcceptEvents, CONNECTIONS_MAX } from '../net/listen-sockets.ts'
import type { ShipEvents } from './ship/ship.ts'
import type { LineWriter } from './sink/line-writer.ts'
import type { TapControlEvents } from './tap-control.ts'

/** Every line the tap writes about itself, one function each. */
export interface Events extends ShipEvents, TapControlEvents, AcceptEvents, ProcessEvents {
  nameUnresolved(name: string, error: unknown): void
  spansRefused(text: string): void
  accessLogLost(lines: number, reason: string): void
  faultContained(error: unknown): void
  identityTaken(identity: { id: string; not_after_ms: number }): void
  identityFailed(error: unknown, late: boolean): void
  peerRefused(text: string): void
  adminUnavailable(error: unknown): void
}

/** What becomes of the processes of a tap. */
export interface ProcessEvents {
  configRefused(mistakes: readonly unknown[]): void
  configLoaded(changes: string): void
  draining(grace_s: number): void
  drained(left: number): void
  /** A successor took over. */
  handedOver(pid: number, grace_s: number): void
  upgradeFailed(error: unknown): void
  watchdogUnavailable(reason: string): void
  systemdNotTold(reason: string): void
  workerLost(number: number, pid: number, how: string): void
  workerReplaced(number: number, pid: number): void
}

/** A line of the same kind is written at most once in this time; what was held back is counted in the next one. */
const SAME_KIND_MS = 10_000
/** What lasts while callers keep coming is written once in this time. */
const LASTING_MS = 60_000

/** Paths that one line names. */
const NAMED_MAX = 10

type Level = 'info' | 'warn' | 'error'
type Line = (level: Level, text: string) => void
type Seldom = (kind: string, level: Level, text: string) => void

/**
 * @param writer where lines go: stderr, behind a bounded buffer
 * @param now monotonic milliseconds
 * @param whose put before each text: which process of the tap says it
 */
export function createEvents(
  writer: LineWriter,
  now: () => number = () => performance.now(),
  whose = '',
): Events {
  const last = new Map<string, { at: number; held: number }>()
  const line = (level: Level, text: string) => {
    for (const part of text.split('\n'))
      writer.write(`${new Date().toISOString()} ${level} ${whose}${printable(part)}`)
  }
  const seldom = (kind: string, level: Level, text: string, same_ms = SAME_KIND_MS) => {
    const before = last.get(kind)
    if (before && now() - before.at < same_ms) {
      before.held++
      return
    }
    last.set(kind, { at: now(), held: 0 })
    line(level, before?.held ? `${text} (and ${before.held} more of this kind)` : text)
  }
  return {
    ...shipEvents(line, seldom),
    acceptFailed: (code, where) =>
      seldom(
        `accept ${code}`,
        'error',
        `connections to ${where} are refused: ${acceptFault(code)} (${code}, TAPMESH_LIMIT_REACHED)`,
        LASTING_MS,
      ),
    nameUnresolved: (name, error) =>
      seldom(
        `name ${name}`,
        'warn',
        `${name} does not resolve: ${codeOf(error)}; the last good addresses stay`,
      ),
    spansRefused: (text) => seldom('spans', 'warn', text),
    accessLogLost: (lines, reason) =>
      seldom('access-log', 'warn', `${lines} lines of the access log were dropped: ${reason}`),
    faultContained: (error) =>
      seldom('fault', 'error', `contained: ${describeError(error)} ${stackOf(error)}`),
    identityTaken: ({ id, not_after_ms }) =>
      line('info', `certificate of ${id} in use until ${new Date(not_after_ms).toISOString()}`),
    identityFailed: (error, late) =>
      seldom(
        'identity',
        late ? 'error' : 'warn',
        `${late ? 'the certificate ends soon: ' : ''}${describeError(error)}`,
      ),
    peerRefused: (text) => seldom('peer', 'warn', text),
    adminUnavailable: (error) => line('warn', `no admin port: ${describeError(error)}`),
    ...controlEvents(line),
    ...processEvents(line),
  }
}

/** How processes begin, follow one another and end. */
function processEvents(line: (level: Level, text: string) => void): ProcessEvents {
  return {
    configRefused: (mistakes) => {
      line('error', 'the new configuration was refused, the old one stays:')
      for (const mistake of mistakes) line('error', describeError(mistake))
    },
    configLoaded: (changes) => line('info', `configuration loaded again: ${changes}`),
    draining: (grace_s) => line('info', `stopping: no new connections, calls have ${grace_s} s to end`),
    drained: (left) =>
      line(
        'info',
        left === 0 ? 'stopped: every call ended' : `stopped: ${left} calls were cut at the end of the grace`,
      ),
    handedOver: (pid, grace_s) =>
      line(
        'info',
        `process ${pid} serves new connections now; those of process ${process.pid} have ${grace_s} s to end`,
      ),
    upgradeFailed: (error) => line('error', `no upgrade: ${describeError(error)}`),
    watchdogUnavailable: (reason) =>
      line('warn', `no watchdog: ${reason}; it needs /bin/sh and /proc (--watchdog 0 does without)`),
    systemdNotTold: (reason) =>
      line('warn', `systemd does not learn that process ${process.pid} is the main one: ${reason}`),
    workerLost: (number, pid, how) =>
      line('error', `worker ${number} (process ${pid}) ended: ${how} (TAPMESH_WORKER_LOST)`),
    workerReplaced: (number, pid) => line('info', `process ${pid} is worker ${number} now`),
  }
}

/** What became of records on their way to the collector. */
function shipEvents(line: Line, seldom: Seldom): ShipEvents {
  return {
    collectorLost: (reason, code) =>
      line('warn', `the collector does not take records: ${reason}; calls go on, records wait (${code})`),
    collectorBack: () => line('info', 'the collector takes records again'),
    batchRejected: (status, text, rows) =>
      seldom('rejected', 'error', `the collector found ${rows} records bad: status ${status}, ${text}`),
    rowsLost: (rows, total) =>
      seldom(
        'overflow',
        'warn',
        `the oldest ${rows} waiting records were dropped, the buffer is full; ${total} were lost that way so far`,
      ),
    rowsUnsent: (rows, folder, error) => {
      const why = error === undefined ? '' : `: ${describeError(error)}`
      if (folder !== undefined && rows > 0)
        line('info', `${rows} records were not sent; ${folder} keeps them until the next start`)
      else if (folder !== undefined)
        line('warn', `records that an earlier process left in ${folder} cannot be read${why}`)
      else line('error', `${rows} records were not sent and are lost${why}`)
    },
    rowsRead: (rows) =>
      line('info', `sending ${rows} records that the last process of this tap could not send`),
  }
}

/** What became of the policy of control, and of the kill switch. */
function controlEvents(line: Line): TapControlEvents {
  const firstOf = (paths: readonly string[]) =>
    paths.length > NAMED_MAX
      ? `${paths.slice(0, NAMED_MAX).join(', ')} and ${paths.length - NAMED_MAX} more`
      : paths.join(', ')
  return {
    controlLost: (reason) =>
      line(
        'warn',
        `no policy comes from control: ${reason}; what is in force stays (TAPMESH_PEER_UNAVAILABLE)`,
      ),
    controlBack: () => line('info', 'control answers again'),
    controlForbidden: (status) =>
      line(
        'error',
        `control refuses this tap with status ${status}; what is in force stays (TAPMESH_TOKEN_WRONG): name the right token with --token-file`,
      ),
    stateTaken: (revision, from, ignored) => {
      line('info', `policy ${revision} is in force${from === 'disk' ? ', as it was kept from before' : ''}`)
      if (ignored.length === 0) return
      line('warn', `not enforced, since this version does not know it: ${firstOf(ignored)}`)
    },
    stateRefused: (revision, reason) =>
      line(
        'error',
        `the policy${revision === '' ? '' : ` ${revision}`} was refused whole, what is in force stays: ${typeof reason === 'string' ? reason : describeError(reason)}`,
      ),
    stateNotKept: (error) =>
      line('warn', `the policy in force cannot be kept on the disk: ${describeError(error)}`),
    keptStateUnused: (error) =>
      line('warn', `the policy kept from before is not used: ${describeError(error)}`),
    servicesLeftOut: (count) =>
      line(
        'warn',
        `calls went to more services than control is asked about: nothing is enforced for ${count}`,
      ),
    featuresLapsed: (paths) => line('info', `past their end and disabled: ${firstOf(paths)}`),
    clockBehind: (by_ms) =>
      line(
        'warn',
        `the clock is ${Math.round(by_ms / 3_600_000)} h behind the policy in force: is it right?`,
      ),
    bypassChanged: (by) =>
      line(
        'warn',
        by.length > 0
          ? `bypassed (${by.join(', ')}): calls are relayed, nothing is judged or enforced`
          : 'no longer bypassed: the policy is in force again',
      ),
  }
}

function acceptFault(code: string): string {
  switch (code) {
    case CONNECTIONS_MAX:
      return 'as many are open as limits.connections allows'
    case 'EMFILE':
      return 'this process has no descriptor to spare; raise its limit (ulimit -n, LimitNOFILE=)'
    case 'ENFILE':
      return 'this machine has no descriptor to spare; raise fs.file-max'
    default:
      return 'the system does not hand them over'
  }
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return ''
  return String(error.stack)
    .split('\n')
    .slice(1, 4)
    .map((frame) => frame.trim())
    .join(' | ')
}
