import { close, open, write } from 'node:fs'

/** Lines wait here at most; a stalled disk or pipe costs lines and never a call. */
const PENDING_BYTES_MAX = 1_048_576
const FLUSH_MS = 100
const RETRY_MS = 50

/** What the writer needs of the file system; tests put one in place that fails. */
export interface FileAccess {
  open(file: string, done: (code: string | undefined, fd: number) => void): void
  write(fd: number, bytes: Buffer, done: (code: string | undefined, written: number) => void): void
  close(fd: number): void
}

const FILES: FileAccess = {
  open: (file, done) => open(file, 'a', 0o640, (error, fd) => done(error?.code, fd)),
  write: (fd, bytes, done) =>
    write(fd, bytes, 0, bytes.length, null, (error, written) => done(error?.code, written)),
  close: (fd) => close(fd, () => {}),
}

export interface LineWriterOptions {
  files?: FileAccess
  /** Told about lines that were dropped, and why. */
  onDrop?: (lines: number, reason: string) => void
  pending_bytes_max?: number
}

/**
 * Appends lines to a file or a descriptor beside the program's work: bounded, never blocking, one
 * write at a time. A failing write drops its lines and says so.
 */
export class LineWriter {
  readonly #file: string | undefined
  readonly #files: FileAccess
  readonly #onDrop: (lines: number, reason: string) => void
  readonly #pending_max: number
  #fd: number | undefined
  #lines: string[] = []
  #bytes = 0
  #writing = false
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  /** @param target path of a file, or an open descriptor such as 1 for stdout */
  constructor(target: string | number, options: LineWriterOptions = {}) {
    this.#file = typeof target === 'string' ? target : undefined
    this.#fd = typeof target === 'number' ? target : undefined
    this.#files = options.files ?? FILES
    this.#onDrop = options.onDrop ?? (() => {})
    this.#pending_max = options.pending_bytes_max ?? PENDING_BYTES_MAX
  }

  /** True while the system has not answered to a write. */
  get busy(): boolean {
    return this.#writing
  }

  /** @param line printable ASCII without its newline */
  write(line: string): void {
    if (this.#bytes + line.length >= this.#pending_max) {
      this.#onDrop(1, 'full')
      return
    }
    this.#lines.push(line)
    this.#bytes += line.length + 1
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing) return
    if (this.#lines.length === 0) {
      for (const done of this.#idle.splice(0)) done()
      return
    }
    this.#writing = true
    if (this.#fd !== undefined) this.#send(this.#take())
    else this.#open()
  }

  /** Opens the file again under its name: after a log rotation. */
  reopen(): void {
    if (this.#file === undefined || this.#fd === undefined || this.#writing) {
      this.#reopenLater = this.#file !== undefined && this.#fd !== undefined
      return
    }
    this.#files.close(this.#fd)
    this.#fd = undefined
  }
  #reopenLater = false

  /** Resolves when everything is written, or at the deadline with what is left dropped. */
  close(deadline_ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(late)
        clearTimeout(this.#timer)
        if (this.#lines.length > 0) this.#onDrop(this.#lines.length, 'closed')
        this.#lines = []
        if (this.#file !== undefined && this.#fd !== undefined && !this.#writing) this.#files.close(this.#fd)
        resolve()
      }
      const late = setTimeout(end, deadline_ms)
      this.#idle.push(end)
      this.flush()
    })
  }

  #take(): { bytes: Buffer; lines: number } {
    const chunk = { bytes: Buffer.from(`${this.#lines.join('\n')}\n`, 'latin1'), lines: this.#lines.length }
    this.#lines = []
    this.#bytes = 0
    return chunk
  }

  #open(): void {
    this.#files.open(this.#file!, (code, fd) => {
      if (code === undefined) {
        this.#fd = fd
        this.#send(this.#take())
      } else this.#failed(this.#take().lines, code)
    })
  }

  #send(chunk: { bytes: Buffer; lines: number }): void {
    this.#files.write(this.#fd!, chunk.bytes, (code, written) => {
      if (code === 'EAGAIN') setTimeout(() => this.#send(chunk), RETRY_MS).unref()
      else if (code !== undefined) this.#failed(chunk.lines, code)
      else if (written < chunk.bytes.length) this.#send({ ...chunk, bytes: chunk.bytes.subarray(written) })
      else this.#next()
    })
  }

  #failed(lines: number, code: string): void {
    this.#onDrop(lines, code)
    this.#next()
  }

  #next(): void {
    this.#writing = false
    if (this.#reopenLater) {
      this.#reopenLater = false
      this.reopen()
    }
    this.flush()
  }
}
