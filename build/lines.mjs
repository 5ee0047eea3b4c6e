/**
 * What the set-up step prints: numbered steps with their times. Plain JavaScript and built-ins only,
 * because this runs before anything is installed, under whatever Node from 18 on is at hand.
 */

/** A failure people can act on, printed in the form of model/error.ts describeError. */
export class SetupError extends Error {
  constructor(message, hint, options = {}) {
    super(message, options)
    this.code = 'TAPMESH_SETUP_FAILED'
    this.hint = hint
  }
}

export function describeSetupError(error) {
  if (!(error instanceof SetupError)) return String(error?.stack ?? error)
  return `${error.message} (${error.code})\n  ${error.hint}`
}

/** Elapsed seconds as people read them: `0.4 s`, `12 s`, `2 min 5 s`. */
export function elapsed(milliseconds) {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

const TICK_MS_TERMINAL = 1_000
const TICK_MS_LOG = 15_000

/**
 * Runs `work` under a line that shows it is alive: on a terminal the time counts up in place, in a
 * log one line comes every 15 s. Quiet work that ends at once prints a single line.
 */
export async function step(title, work, out = process.stderr) {
  const start = Date.now()
  const terminal = out.isTTY === true
  out.write(terminal ? `${title} …` : `${title} …\n`)
  const tick = setInterval(
    () =>
      out.write(
        terminal ? `\r${title} … ${elapsed(Date.now() - start)} ` : `  … ${elapsed(Date.now() - start)}\n`,
      ),
    terminal ? TICK_MS_TERMINAL : TICK_MS_LOG,
  )
  let end = 'failed after'
  try {
    const result = await work()
    end = 'done in'
    return result
  } finally {
    clearInterval(tick)
    out.write(
      terminal
        ? `\r\x1b[K${title}: ${end} ${elapsed(Date.now() - start)}\n`
        : `  ${end} ${elapsed(Date.now() - start)}\n`,
    )
  }
}
