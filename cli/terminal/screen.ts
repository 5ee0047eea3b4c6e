/** A terminal taken over for a picture that is drawn again in place, with single keys. */

// The other screen, no cursor, and no wrapping of lines that are too long; and all of it back.
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const CTRL_C = '\u0003'

interface ScreenInput {
  isTTY?: boolean | undefined
  setRawMode?: (on: boolean) => unknown
  on(event: 'data', listener: (data: Buffer) => void): unknown
  off(event: 'data', listener: (data: Buffer) => void): unknown
  resume(): unknown
  pause(): unknown
}

interface ScreenOutput {
  rows?: number | undefined
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

export interface Screen {
  /** Lines that fit. */
  height(): number
  /** Draws from the top; without flicker, since nothing is cleared before it is written over. */
  draw(lines: readonly string[]): void
  /** Waits for a key, a change of the window's size, or the time; gives the key, or empty. */
  wait(ms: number): Promise<string>
  /** Aborted by `q`, Ctrl-C and the usual signals. */
  readonly end: AbortSignal
  /** Gives the terminal back as it was. */
  close(): void
}

const ROWS_WITHOUT_SIZE = 24

export function openScreen(input: ScreenInput, output: ScreenOutput): Screen {
  const stop = new AbortController()
  let wake: (key: string) => void = () => undefined
  const end = () => {
    stop.abort()
    wake('')
  }
  const onData = (data: Buffer) => {
    const key = data.toString('latin1')
    if (key === 'q' || key === CTRL_C) end()
    else wake(key)
  }
  const onResize = () => wake('')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  if (input.isTTY === true) {
    input.setRawMode?.(true)
    input.on('data', onData)
    input.resume()
  }
  output.on('resize', onResize)
  output.write(ENTER)
  // A terminal that does not know its size says 0.
  const height = () => output.rows || ROWS_WITHOUT_SIZE
  return {
    height,
    end: stop.signal,
    draw(lines) {
      const shown = lines.slice(0, height())
      output.write(`\x1b[H${shown.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`)
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => wake(''), ms)
        wake = (key) => {
          clearTimeout(timer)
          wake = () => undefined
          resolve(key)
        }
        if (stop.signal.aborted) wake('')
      }),
    close() {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, end)
      if (input.isTTY === true) {
        input.off('data', onData)
        input.setRawMode?.(false)
        input.pause()
      }
      output.off('resize', onResize)
      output.write(LEAVE)
    },
  }
}
