import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CONTROL_STATE_BYTES_MAX } from '../../model/control.ts'
import { codeOf, TapmeshError } from '../../model/error.ts'

/**
 * The last good state on the disk, so that a tap that starts without control enforces what it last
 * knew. Three parts, a line each but the last: checksum of what follows, a head, the state as it came.
 */

/** Whose state it is; a file of another tap, service or control is not used. */
export interface Owner {
  tap: string
  service: string
  collector: string
}

export interface KeptState {
  text: string
  etag: string
  /** What was asked about; the state says nothing of other services. */
  services: readonly string[]
  /** Milliseconds since 1970. */
  received_ms: number
}

const FORM = 'tapmesh-state/1'
const HEAD_BYTES_MAX = 64 * 1024
const FILE_BYTES_MAX = CONTROL_STATE_BYTES_MAX + HEAD_BYTES_MAX
const NEWLINE = 0x0a
/** Readable and writable by its owner alone. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700
const WRITABLE_BY_OTHERS = 0o022

function checksum(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Puts the file in place whole: a reader sees the old one or the new one.
 * @throws what the file system says
 */
export async function keepState(file: string, owner: Owner, state: KeptState): Promise<void> {
  const { text, etag, services, received_ms } = state
  const head = JSON.stringify({ ...owner, etag, services, received_ms })
  const rest = Buffer.from(`${head}\n${text}`)
  await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE })
  const fresh = `${file}.${randomUUID()}.new`
  try {
    const handle = await open(fresh, 'wx', FILE_MODE)
    try {
      await handle.writeFile(Buffer.concat([Buffer.from(`${FORM} ${checksum(rest)}\n`), rest]))
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

function unusable(file: string, why: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_STATE_INVALID',
    `${file} ${why}`,
    'It is not used; the next good state of control takes its place.',
  )
}

/** A file that others may write could tell this tap what to allow. */
async function readOwn(file: string): Promise<Buffer | undefined> {
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unusable(file, `cannot be read: ${codeOf(error)}`)
  }
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw unusable(file, 'is no file')
    const { size, uid, mode } = found
    const self = process.getuid?.()
    if (self !== undefined && uid !== self && uid !== 0) throw unusable(file, 'belongs to another user')
    if (self !== undefined && (mode & WRITABLE_BY_OTHERS) !== 0)
      throw unusable(file, 'may be written by others')
    if (size > FILE_BYTES_MAX) throw unusable(file, `is larger than ${FILE_BYTES_MAX} bytes`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/**
 * @returns undefined where there is no file
 * @throws TapmeshError TAPMESH_STATE_INVALID where it is torn, changed, foreign or unreadable
 */
export async function readKeptState(file: string, owner: Owner): Promise<KeptState | undefined> {
  const bytes = await readOwn(file)
  if (bytes === undefined) return undefined
  const first = bytes.indexOf(NEWLINE)
  const second = bytes.indexOf(NEWLINE, first + 1)
  const rest = bytes.subarray(first + 1)
  const sound = first > 0 && second > 0 && bytes.toString('utf8', 0, first) === `${FORM} ${checksum(rest)}`
  if (!sound) throw unusable(file, 'is torn, or not a state that a tap keeps')
  const { tap, service, collector, etag, services, received_ms } = JSON.parse(
    bytes.toString('utf8', first + 1, second),
  ) as Owner & KeptState
  const theirs = { tap, service, collector }
  for (const key of ['tap', 'service', 'collector'] as const) {
    if (theirs[key] !== owner[key])
      throw unusable(file, `is of the ${key} ${theirs[key]}, not of ${owner[key]}`)
  }
  return { text: bytes.toString('utf8', second + 1), etag, services, received_ms }
}
