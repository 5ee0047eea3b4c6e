import type { IncomingHttpHeaders } from 'node:http'
import { BLOCK_CONTENT_TYPE } from '../../model/block-writer.ts'
import { TapmeshError } from '../../model/error.ts'

/** The headers of a batch, checked. */
export interface BatchHead {
  tap: string
  service: string
  version: string
  /** 16 hex digits, new with every start of the tap. */
  boot: string
  /** From 1, per boot. */
  seq: number
  rows: number
  /** The tap's wall clock, microseconds; 0 where it did not say. */
  now_us: number
  /** Rows dropped since the boot, by reason. */
  dropped: Record<string, number>
  encoding: Encoding
  format: RowFormat
  /** Length of the body before it was compressed; 0 where the tap did not say. */
  bytes: number
}

/** `blocks` of model/block-writer.ts, which say themselves which columns they have; `lines` of the releases before. */
export type RowFormat = 'blocks' | 'lines'

/** `x-tapmesh-row-version` of the releases that sent lines. */
const LINES_VERSION = '1'

export const ENCODINGS = ['identity', 'gzip', 'zstd'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** A name of the mesh: printable ASCII without quotes, backslashes and angle brackets. */
const NAME = /^[\x20\x21\x23-\x26\x28-\x3b\x3d\x3f-\x5b\x5d-\x7e]{1,256}$/
const REASON = /^[a-z][a-z0-9_-]{0,63}$/
const REASONS_MAX = 32

function wrong(what: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BATCH_HEADER',
    `the batch's header ${what}`,
    'The sender is not a tapmesh tap, or of another version; compare its version with the collector.',
  )
}

function numberOf(headers: IncomingHttpHeaders, name: string, least: number, orElse?: number): number {
  const text = headers[name]
  if (text === undefined && orElse !== undefined) return orElse
  const value = typeof text === 'string' && /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value) || value < least)
    throw wrong(`${name} is not a whole number from ${least}`)
  return value
}

function nameOf(headers: IncomingHttpHeaders, name: string, orElse?: string): string {
  const text = headers[name]
  if ((text === undefined || text === '') && orElse !== undefined) return orElse
  if (typeof text !== 'string' || !NAME.test(text)) throw wrong(`${name} is missing or not a name`)
  return text
}

function droppedOf(text: unknown): Record<string, number> {
  if (typeof text !== 'string' || text.trim() === '') return {}
  const entries: [string, number][] = text.split(',').map((part) => {
    const [reason = '', count = ''] = part.trim().split('=', 2)
    if (!REASON.test(reason) || !/^[0-9]{1,15}$/.test(count))
      throw wrong('x-tapmesh-dropped is not reason=count,…')
    return [reason, Number(count)]
  })
  if (entries.length > REASONS_MAX) throw wrong(`x-tapmesh-dropped has more than ${REASONS_MAX} reasons`)
  return Object.fromEntries(entries)
}

function encodingOf(headers: IncomingHttpHeaders): Encoding {
  const text = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const encoding = ENCODINGS.find((known) => known === text)
  if (encoding) return encoding
  throw new TapmeshError(
    'TAPMESH_BATCH_VERSION',
    `the batch's content-encoding is not one of ${ENCODINGS.join(', ')}`,
    'Send the batch as zstd, gzip or as it is.',
  )
}

/**
 * The form of the rows. A form that is not known is no fault of the batch: a newer tap keeps it until
 * this collector is upgraded as well.
 */
function formatOf(headers: IncomingHttpHeaders): RowFormat {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type === BLOCK_CONTENT_TYPE) return 'blocks'
  const version = headers['x-tapmesh-row-version']
  if (version === LINES_VERSION) return 'lines'
  throw new TapmeshError(
    'TAPMESH_BATCH_VERSION',
    `the batch is ${JSON.stringify(type)} of row version ${JSON.stringify(version ?? null)}, which this collector does not read`,
    'Upgrade the collector; the tap keeps its batches and sends them again.',
  )
}

/** @throws TapmeshError TAPMESH_BATCH_VERSION, TAPMESH_BATCH_HEADER */
export function readHead(headers: IncomingHttpHeaders): BatchHead {
  const format = formatOf(headers)
  const boot = headers['x-tapmesh-boot']
  if (typeof boot !== 'string' || !/^[0-9a-f]{16}$/.test(boot)) {
    throw wrong('x-tapmesh-boot is not 16 hex digits')
  }
  const rows = numberOf(headers, 'x-tapmesh-rows', 0)
  return {
    tap: nameOf(headers, 'x-tapmesh-tap'),
    service: nameOf(headers, 'x-tapmesh-service', ''),
    version: nameOf(headers, 'x-tapmesh-version', ''),
    boot,
    // A heartbeat has the sequence of the last batch, and there may be none yet.
    seq: numberOf(headers, 'x-tapmesh-seq', rows === 0 ? 0 : 1),
    rows,
    now_us: numberOf(headers, 'x-tapmesh-now', 0, 0),
    dropped: droppedOf(headers['x-tapmesh-dropped']),
    encoding: encodingOf(headers),
    bytes: numberOf(headers, 'x-tapmesh-bytes', 0, 0),
    format,
  }
}
