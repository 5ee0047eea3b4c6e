import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, TapmeshError } from '../../model/error.ts'
import {
  batchFrame,
  readSegment,
  SEGMENT_NAME,
  type Segment,
  type StoredBatch,
  segmentName,
  statesFrame,
} from './segment.ts'
import { SegmentFile } from './segment-file.ts'
import { SequenceLedger } from './sequence.ts'

/**
 * The write-ahead log: a folder of segments. A batch is acknowledged once its frame is on disk
 * (fdatasync, shared by the batches that wait for it); a segment is deleted once the store has it.
 */
export interface SegmentRef {
  name: string
  bytes: number
  rows: number
}

interface Waiting {
  batch: StoredBatch
  pieces: Buffer[]
  bytes: number
  done(error?: unknown): void
}

interface OpenSegment extends SegmentRef {
  file: FileHandle
  since_ms: number
}

/** Bytes of batches that may wait for the disk. */
const WAITING_BYTES_MAX = 128 * 1024 * 1024

function walFault(folder: string, cause: unknown): TapmeshError {
  const code = codeOf(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new TapmeshError(
      'TAPMESH_DISK_FULL',
      `no space left for the write-ahead log in ${folder}`,
      'Free some space; taps keep their batches and send them again.',
      { cause },
    )
  }
  return new TapmeshError(
    'TAPMESH_DATA_UNWRITABLE',
    `the write-ahead log in ${folder} cannot be written (${code})`,
    'Give this user the right to write there, or look at the disk.',
    { cause },
  )
}

export class Wal {
  readonly ledger = new SequenceLedger()
  /** Segments that are complete and wait for the store, oldest first. */
  readonly sealed: SegmentRef[] = []
  /** Stretches found unreadable when the folder was opened. */
  damaged = 0
  readonly #folder: string
  readonly #now: () => number
  readonly #file = new SegmentFile()
  #open: OpenSegment | undefined
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #busy: Promise<void> = Promise.resolve()
  #counter = 0

  private constructor(folder: string, now: () => number) {
    this.#folder = folder
    this.#now = now
  }

  /**
   * Opens the folder, reads which batches earlier processes took, and seals what they left.
   * @throws TapmeshError TAPMESH_DATA_UNWRITABLE, TAPMESH_DISK_FULL
   */
  static async open(folder: string, now: () => number = Date.now): Promise<Wal> {
    const wal = new Wal(folder, now)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const names = (await readdir(folder)).filter((name) => SEGMENT_NAME.test(name)).sort()
      for (const name of names) await wal.#recover(name)
      return wal
    } catch (cause) {
      throw walFault(folder, cause)
    }
  }

  async #recover(name: string): Promise<void> {
    const { batches, states, damaged } = await this.read(name)
    this.damaged += damaged
    this.ledger.restore(states)
    for (const { tap, boot, seq } of batches) this.ledger.take(tap, boot, seq)
    const { size } = await stat(join(this.#folder, name))
    this.sealed.push({ name, bytes: size, rows: batches.reduce((sum, batch) => sum + batch.rows, 0) })
  }

  get pendingBytes(): number {
    return this.sealed.reduce((sum, segment) => sum + segment.bytes, this.#open?.bytes ?? 0)
  }

  get pendingRows(): number {
    return this.sealed.reduce((sum, segment) => sum + segment.rows, this.#open?.rows ?? 0)
  }

  /** Rows, bytes and age of the segment that is being written; undefined where none holds a batch. */
  get current(): { rows: number; bytes: number; age_ms: number } | undefined {
    if (!this.#open || this.#open.rows === 0) return undefined
    const { rows, bytes, since_ms } = this.#open
    return { rows, bytes, age_ms: this.#now() - since_ms }
  }

  /**
   * Writes a batch and resolves once it is on disk; then it counts as taken.
   * @throws TapmeshError TAPMESH_DISK_FULL, TAPMESH_DATA_UNWRITABLE, TAPMESH_COLLECTOR_BUSY
   */
  async append(batch: StoredBatch): Promise<void> {
    const pieces = batchFrame(batch)
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      throw new TapmeshError(
        'TAPMESH_COLLECTOR_BUSY',
        'too many batches wait for the disk of the collector',
        'The tap keeps the batch and sends it again.',
      )
    }
    await new Promise<void>((resolve, reject) => {
      const done = (fault?: unknown): void => (fault === undefined ? resolve() : reject(fault))
      this.#waiting.push({ batch, pieces, bytes, done })
      this.#waitingBytes += bytes
      if (this.#waiting.length === 1) void this.#exclusively(() => this.#writeAll())
    })
  }

  /** Runs one thing after the other: writing, sealing and removing never meet. */
  #exclusively(work: () => Promise<void>): Promise<void> {
    const run = this.#busy.then(work)
    this.#busy = run.catch(() => {})
    return run
  }

  /** Writes all that waits with one sync; what comes meanwhile is the next group. Never throws. */
  async #writeAll(): Promise<void> {
    const group = this.#waiting
    const bytes = this.#waitingBytes
    this.#waiting = []
    this.#waitingBytes = 0
    try {
      await this.#writeGroup(group, bytes)
      for (const { done } of group) done()
    } catch (cause) {
      const fault = walFault(this.#folder, cause)
      for (const { done } of group) done(fault)
    }
  }

  async #writeGroup(group: readonly Waiting[], bytes: number): Promise<void> {
    const segment = await this.#segment()
    try {
      await writeFully(
        segment.file,
        group.flatMap((waiting) => waiting.pieces),
        segment.bytes,
      )
      await segment.file.datasync()
    } catch (error) {
      // After a failed write or sync nobody knows what is on disk: cut it off and begin a new file.
      this.#open = undefined
      if (segment.rows > 0) this.sealed.push(segment)
      await segment.file.truncate(segment.bytes).catch(() => {})
      await segment.file.close().catch(() => {})
      if (segment.rows === 0) await rm(join(this.#folder, segment.name), { force: true }).catch(() => {})
      throw error
    }
    if (segment.rows === 0) segment.since_ms = this.#now()
    segment.bytes += bytes
    for (const { batch } of group) {
      segment.rows += batch.rows
      this.ledger.take(batch.tap, batch.boot, batch.seq)
    }
  }

  async #segment(): Promise<OpenSegment> {
    if (this.#open) return this.#open
    const name = segmentName(this.#now(), this.#counter++ % 1_000_000)
    const path = join(this.#folder, name)
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    try {
      const pieces = statesFrame(this.ledger.state())
      const bytes = await writeFully(file, pieces, 0)
      await file.datasync()
      await syncFolder(this.#folder)
      this.#open = { name, file, bytes, rows: 0, since_ms: this.#now() }
      return this.#open
    } catch (error) {
      await file.close().catch(() => {})
      await rm(path, { force: true }).catch(() => {})
      throw error
    }
  }

  /** Closes the segment that is being written, so that it goes to the store; nothing where it holds no batch. */
  seal(): Promise<void> {
    return this.#exclusively(async () => {
      const segment = this.#open
      if (!segment || segment.rows === 0) return
      this.#open = undefined
      this.sealed.push({ name: segment.name, bytes: segment.bytes, rows: segment.rows })
      await segment.file.close()
    })
  }

  /**
   * Reads a segment up to `bytes`, the length known to be acknowledged; all of it where that is not
   * known. Its batches lie in memory that the next read writes over.
   */
  async read(name: string, bytes = Number.POSITIVE_INFINITY): Promise<Segment> {
    return readSegment(await this.#file.read(join(this.#folder, name), bytes))
  }

  /**
   * Deletes a segment that the store has. The sequences it proves are first written at the head of
   * a newer one: without it a batch sent again after a crash would count twice.
   */
  remove(name: string): Promise<void> {
    return this.#exclusively(async () => {
      await this.#segment()
      await rm(join(this.#folder, name), { force: true })
      const index = this.sealed.findIndex((segment) => segment.name === name)
      if (index !== -1) this.sealed.splice(index, 1)
    })
  }

  /** Waits for what is being written and closes the file; its segment is recovered at the next start. */
  close(): Promise<void> {
    return this.#exclusively(async () => {
      const segment = this.#open
      this.#open = undefined
      await segment?.file.close()
    })
  }
}

/** writev writes what the disk has room for; the rest is written again until it is all or fails. */
async function writeFully(file: FileHandle, pieces: readonly Buffer[], at: number): Promise<number> {
  let [rest, position] = [pieces.filter((piece) => piece.length > 0), at]
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest, position)
    position += bytesWritten
    while (rest.length > 0 && bytesWritten >= rest[0]!.length) {
      bytesWritten -= rest[0]!.length
      rest = rest.slice(1)
    }
    if (rest.length > 0) rest = [rest[0]!.subarray(bytesWritten), ...rest.slice(1)]
  }
  return position - at
}

/** A new file is only found after a crash where its folder was synced too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
