import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Batches that a tap could not send before its end, in one file of its state folder: a line of JSON with
 * the headers, then the body, one batch after the other. They go out again under the boot id and number
 * they had, so that the collector counts each of them once.
 */
export interface SpooledBatch {
  headers: Record<string, string>
  rows: number
  body: Buffer
}

/** Largest file that is read; a tap writes no more than the budget of its buffer. */
const FILE_BYTES_MAX = 256 * 1024 * 1024
const HEAD_BYTES_MAX = 64 * 1024
const NEWLINE = 0x0a
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

export class Spool {
  readonly #folder: string
  readonly #name: string

  /** @param folder made when something is written first @param tap whose batches these are */
  constructor(folder: string, tap: string) {
    this.#folder = folder
    this.#name = `unsent-${createHash('sha256').update(tap).digest('hex').slice(0, 16)}`
  }

  /** Writes what did not go out; what an earlier file holds stays. @throws what the file system says */
  async write(batches: readonly SpooledBatch[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE })
    const file = join(this.#folder, `${this.#name}-${Date.now()}-${process.pid}`)
    const handle = await open(`${file}.new`, 'wx', FILE_MODE)
    try {
      for (const { headers, rows, body } of batches) {
        await handle.write(`${JSON.stringify({ headers, rows, bytes: body.length })}\n`)
        await handle.write(body)
      }
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(`${file}.new`, `${file}.spool`)
  }

  /**
   * Batches of earlier processes, oldest first, and the files they are in; a file that is damaged gives
   * what can be read of it. @throws what the file system says
   */
  async read(): Promise<{ batches: SpooledBatch[]; files: string[] }> {
    const names = await readdir(this.#folder).catch(() => [])
    const own = names.filter((name) => name.startsWith(`${this.#name}-`) && name.endsWith('.spool')).sort()
    const files = own.map((name) => join(this.#folder, name))
    const batches: SpooledBatch[] = []
    for (const file of files) batches.push(...readBatches(await readFile(file)))
    return { batches, files }
  }

  async remove(files: readonly string[]): Promise<void> {
    for (const file of files) await rm(file, { force: true })
  }
}

function readBatches(bytes: Buffer): SpooledBatch[] {
  const batches: SpooledBatch[] = []
  if (bytes.length > FILE_BYTES_MAX) return batches
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at)
    if (newline === -1 || newline - at > HEAD_BYTES_MAX) break
    const head = readHead(bytes.toString('utf8', at, newline))
    const end = newline + 1 + (head?.bytes ?? 0)
    if (!head || end > bytes.length) break
    batches.push({ headers: head.headers, rows: head.rows, body: bytes.subarray(newline + 1, end) })
    at = end
  }
  return batches
}

function readHead(
  text: string,
): { headers: Record<string, string>; rows: number; bytes: number } | undefined {
  try {
    const head = JSON.parse(text) as { headers?: unknown; rows?: unknown; bytes?: unknown }
    const { headers, rows, bytes } = head
    if (typeof headers !== 'object' || headers === null) return undefined
    if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(bytes) || (bytes as number) < 0) return undefined
    const texts = Object.entries(headers).filter(([, value]) => typeof value === 'string')
    return { headers: Object.fromEntries(texts), rows: rows as number, bytes: bytes as number }
  } catch {
    return undefined
  }
}
