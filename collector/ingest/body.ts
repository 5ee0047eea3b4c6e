import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { codeOf, TapmeshError } from '../../model/error.ts'
import type { Encoding } from './head.ts'

export interface BodyLimits {
  /** Bytes as sent. */
  compressed_bytes_max: number
  /** Bytes after decompression, stopped while they are made. */
  batch_bytes_max: number
}

export const BODY_LIMITS: BodyLimits = {
  compressed_bytes_max: 8 * 1024 * 1024,
  batch_bytes_max: 20 * 1024 * 1024,
}

const unpack = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) }

function tooLarge(what: string, bytes: number): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BATCH_TOO_LARGE',
    `the batch is larger than ${bytes} bytes ${what}`,
    'Let the tap or the OTLP exporter send smaller batches, or raise the limit of the collector.',
  )
}

function malformed(cause: unknown): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BATCH_MALFORMED',
    `the batch cannot be read (${codeOf(cause)})`,
    'It was cut or damaged on its way, or its content-encoding is not what its header says.',
    { cause },
  )
}

/** Room for a batch whose sender does not say how long it is. */
const CHUNK_BYTES_MAX = 2 * 1024 * 1024

/**
 * Room for the whole batch in one piece: every further piece is a way to another thread and back. Room that
 * stays empty costs as well, since V8 marks its heap the more often the more memory it hears of.
 */
function chunkSize(compressed: number, said: number, most: number): number {
  if (said > 0 && said <= most) return Math.max(1024, said + 1)
  return Math.min(Math.max(65_536, compressed * 8), CHUNK_BYTES_MAX, most)
}

/**
 * Reads a request's body and undoes its encoding, both with a limit that holds while reading.
 * @param bytes_said length before it was compressed, as its sender says; only a hint
 * @throws TapmeshError TAPMESH_BATCH_TOO_LARGE, TAPMESH_BATCH_MALFORMED
 */
export async function readBody(
  request: IncomingMessage,
  encoding: Encoding,
  limits: BodyLimits,
  bytes_said = 0,
): Promise<Buffer> {
  const most =
    encoding === 'identity'
      ? limits.batch_bytes_max
      : Math.min(limits.compressed_bytes_max, limits.batch_bytes_max)
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge('as sent', most)
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > most) break
      pieces.push(piece)
    }
  } catch (cause) {
    throw malformed(cause)
  }
  if (bytes > most) throw tooLarge('as sent', most)
  const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  if (encoding === 'identity' || body.length === 0) return body
  try {
    const maxOutputLength = limits.batch_bytes_max
    return await unpack[encoding](body, {
      maxOutputLength,
      chunkSize: chunkSize(body.length, bytes_said, maxOutputLength),
    })
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('when decompressed', limits.batch_bytes_max)
    throw malformed(cause)
  }
}
