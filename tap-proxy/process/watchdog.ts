import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Ends this process if its event loop stands still, so that whoever supervises it starts it again. A second
 * thread of Node would cost 10 MiB of private memory, this shell costs a tenth of one (docs/decisions).
 */

/** Looks per bound: an end comes between one and one and a quarter of it. */
const LOOKS = 4

/**
 * Waits for SIGUSR1, in each period once. It ends by itself when its parent is another process than the one
 * it was started by, and forgives a process that a person or a debugger stopped.
 * $1 process id, $2 period in seconds, $3 periods without a signal until the end, $4 what it says then
 */
const SCRIPT = `
missed=0
trap 'missed=0' USR1
echo ready
while sleep "$2" >/dev/null 2>&1; do
  read -r own < /proc/$$/stat || exit 0
  own=\${own##*) }; own=\${own#* }; parent=\${own%% *}
  [ "$parent" = "$1" ] || exit 0
  read -r state < "/proc/$1/stat" || exit 0
  state=\${state##*) }
  case $state in [TtZX]*) missed=0; continue;; esac
  missed=$((missed + 1))
  [ "$missed" -gt "$3" ] || continue
  echo "$(date -u +%Y-%m-%dT%H:%M:%S.000Z) error $4" >&2
  kill -KILL "$1"
  exit 0
done
`

/**
 * @param subject whose loop it is, for the line that is written
 * @param unavailable called once if there is no shell or no /proc to look with
 * @returns how to stop it
 */
export function startWatchdog(
  bound_ms: number,
  subject: string,
  unavailable: (reason: string) => void,
): () => void {
  if (bound_ms === 0) return () => {}
  const period_ms = bound_ms / LOOKS
  const text = `the event loop of ${subject} stood still for ${bound_ms / 1000} s: process ${process.pid} is ended (TAPMESH_LOOP_STALLED)`
  const words = [process.pid, period_ms / 1000, LOOKS, text].map(String)
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'tapmesh-watchdog', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  })
  child.on('error', (error: NodeJS.ErrnoException) => unavailable(error.code ?? error.message))
  child.unref()
  const beat = beatWhenReady(child, period_ms / 2)
  return () => {
    beat()
    child.kill('SIGKILL')
  }
}

/** Before it says that it is ready a signal would end it. @returns how to stop */
function beatWhenReady(child: ChildProcess, every_ms: number): () => void {
  let timer: NodeJS.Timeout | undefined
  child.stdout?.once('data', () => {
    child.stdout?.destroy()
    timer = setInterval(() => child.kill('SIGUSR1'), every_ms).unref()
  })
  ;(child.stdout as { unref?(): void } | null)?.unref?.()
  return () => clearInterval(timer)
}
