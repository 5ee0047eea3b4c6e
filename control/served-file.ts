import { readFile, stat } from 'node:fs/promises'
import { codeOf, describeError, TapmeshError } from '../model/error.ts'
import type { Control } from './control.ts'
import { DOCUMENT_BYTES_MAX } from './draft.ts'

/** A policy that is kept in a file, under version control say: control serves what it holds and changes nothing of it. */

/** How often the file is looked at; a look is one stat. */
const LOOK_MS = 1000

export interface ServedFileOptions {
  /** As it was named on the command line. */
  path: string
  /** A service may be left without any allowed caller. */
  denialAllowed: boolean
  onWarning: (text: string) => void
}

/** What tells one content from another without reading it; empty where there is no file. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return ''
  }
}

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path)
  if (bytes.length <= DOCUMENT_BYTES_MAX) return bytes.toString('utf8')
  throw new TapmeshError(
    'TAPMESH_CONFIG_TOO_LARGE',
    `${path} is larger than ${DOCUMENT_BYTES_MAX} bytes`,
    'Split it, or look for a mistake that repeats itself.',
  )
}

export class ServedFile {
  readonly #control: Control
  readonly #options: ServedFileOptions
  #timer: NodeJS.Timeout | undefined
  #taken = ''
  #warned = ''
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  private constructor(control: Control, options: ServedFileOptions) {
    this.#control = control
    this.#options = options
  }

  /**
   * Takes what the file holds and every change of it from now on. A file that is missing or not well is
   * told and changes nothing: what held before stays.
   */
  static async open(control: Control, options: ServedFileOptions): Promise<ServedFile> {
    const served = new ServedFile(control, options)
    control.serveFrom(options.path)
    await served.look()
    return served
  }

  /** Takes the file if it changed, and looks again later. */
  look(): Promise<void> {
    clearTimeout(this.#timer)
    this.#looking = this.#looking.then(async () => {
      try {
        await this.#take()
        this.#warned = ''
      } catch (error) {
        this.#warn(error)
      }
    })
    return this.#looking.finally(() => {
      clearTimeout(this.#timer)
      if (this.#closed) return
      this.#timer = setTimeout(() => void this.look(), LOOK_MS)
      this.#timer.unref()
    })
  }

  async #take(): Promise<void> {
    const { path, denialAllowed } = this.#options
    const stamp = await stampOf(path)
    if (stamp === this.#taken && stamp !== '') return
    try {
      await this.#control.fileChanged(path, await textOf(path), denialAllowed)
      this.#taken = stamp
    } catch (error) {
      const mistake = codeOf(error).startsWith('TAPMESH_CONFIG_') || codeOf(error) === 'TAPMESH_DENIES_ALL'
      // A mistake stays one until the file changes; anything else is tried again at the next look.
      if (mistake) this.#taken = stamp
      throw error
    }
  }

  /** The same trouble is told once. */
  #warn(error: unknown): void {
    const text = `the policy in ${this.#options.path} is not taken, what held before stays: ${describeError(error)}`
    if (text !== this.#warned) this.#options.onWarning(text)
    this.#warned = text
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }
}
