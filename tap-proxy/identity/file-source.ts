import { type FSWatcher, watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, TapmeshError } from '../../model/error.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { HeldIdentity, type IdentityEvents } from './held-identity.ts'
import { type Identity, type IdentitySource, readIdentity } from './identity.ts'

/** The names that cert-manager gives the files of a certificate. */
const NAMES = { key: 'tls.key', chain: 'tls.crt', bundle: 'ca.crt' } as const
const FILE_BYTES_MAX = 256 * 1024
/** Files are exchanged one after the other, or by one link; what changes together is read together. */
const SETTLE_MS = 50
/** Looked at without being told, for file systems that tell nothing; and so soon again after a fault. */
const LOOK_MS = 10_000
const AGAIN_MS = 500

async function readText(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(FILE_BYTES_MAX + 1), 0, FILE_BYTES_MAX + 1, 0)
    if (bytesRead > FILE_BYTES_MAX) {
      throw new TapmeshError(
        'TAPMESH_IDENTITY_INVALID',
        `${path} is larger than ${FILE_BYTES_MAX} bytes`,
        'It holds more than a key, a chain or a bundle.',
      )
    }
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

function unreadable(path: string, error: unknown): never {
  if (codeOf(error) === 'TAPMESH_IDENTITY_INVALID') throw error
  throw new TapmeshError(
    'TAPMESH_IDENTITY_INVALID',
    `${path} cannot be read: ${codeOf(error)}`,
    `The folder must hold ${Object.values(NAMES).join(', ')}, readable by this user.`,
    { cause: error },
  )
}

/**
 * Reads `tls.key`, `tls.crt` and `ca.crt` of a folder.
 * @throws TapmeshError TAPMESH_IDENTITY_INVALID
 */
export async function readIdentityFolder(folder: string, now_ms: number): Promise<Identity> {
  const read = (name: string) =>
    readText(join(folder, name)).catch((error: unknown) => unreadable(join(folder, name), error))
  // One after the other, so that of several faults the same one is told each time.
  const key = await read(NAMES.key)
  const chain = await read(NAMES.chain)
  const bundle = await read(NAMES.bundle)
  return readIdentity({ key, chain, bundle }, NAMES, now_ms)
}

/**
 * Certificates that another program keeps: a folder with `tls.key`, `tls.crt` and `ca.crt`. The folder is
 * watched, not the files, since they are links that are exchanged. What does not fit together is not
 * taken; the last good identity stays.
 */
export class FileSource implements IdentitySource {
  readonly #folder: string
  readonly #clock: Clock
  readonly #held: HeldIdentity
  #watcher: FSWatcher | undefined
  #cancel = (): void => {}
  #reading = false
  #again = false
  #closed = false
  /** The fault met last, and since when; one that goes by may be a file half written. */
  #fault = ''
  #faultSince_ms = 0
  #told = ''

  constructor(folder: string, events: IdentityEvents, clock: Clock = SYSTEM_CLOCK) {
    this.#folder = folder
    this.#clock = clock
    this.#held = new HeldIdentity(events, clock)
    void this.#read()
  }

  get current(): Identity | undefined {
    return this.#held.current
  }

  onChange(listener: (identity: Identity) => void): () => void {
    return this.#held.onChange(listener)
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.#watcher?.close()
  }

  #watch(): void {
    if (this.#watcher || this.#closed) return
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#in(SETTLE_MS))
      // A folder that is itself exchanged ends its watching; the next look begins anew.
      this.#watcher.on('error', () => this.#unwatch())
    } catch {
      this.#unwatch()
    }
  }

  #unwatch(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #in(ms: number): void {
    this.#cancel()
    if (!this.#closed) this.#cancel = this.#clock.after(ms, () => void this.#read())
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true
      return
    }
    this.#reading = true
    this.#again = false
    this.#watch()
    let next_ms = LOOK_MS
    try {
      const identity = await readIdentityFolder(this.#folder, this.#clock.now_ms())
      this.#fault = ''
      this.#told = ''
      if (!this.#closed && !isSame(identity, this.#held.current)) this.#held.set(identity)
      if (this.#held.late) this.#tell(notRenewed(this.#folder))
    } catch (error) {
      next_ms = this.#met(error)
    }
    this.#reading = false
    this.#in(this.#again ? SETTLE_MS : next_ms)
  }

  /** @returns when to look again */
  #met(error: unknown): number {
    const text = (error as Error).message
    const now_ms = this.#clock.now_ms()
    if (this.#fault !== text) {
      this.#fault = text
      this.#faultSince_ms = now_ms
    }
    const lasts = now_ms - this.#faultSince_ms >= AGAIN_MS
    if (lasts || this.#held.current === undefined) this.#tell(error)
    return lasts ? LOOK_MS : AGAIN_MS
  }

  /** The same fault is told once. */
  #tell(error: unknown): void {
    const text = (error as Error).message
    if (this.#closed || this.#told === text) return
    this.#told = text
    this.#held.failed(error)
  }
}

function isSame(left: Identity, right: Identity | undefined): boolean {
  return left.key === right?.key && left.chain === right.chain && left.bundle === right.bundle
}

function notRenewed(folder: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_IDENTITY_INVALID',
    `the certificate in ${folder} was not renewed and has less than a third of its life left`,
    'See why whoever keeps the folder does not renew it.',
  )
}
