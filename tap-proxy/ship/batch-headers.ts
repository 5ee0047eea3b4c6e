import { BLOCK_CONTENT_TYPE } from '../../model/block-writer.ts'

/** Who sends batches. */
export interface Sender {
  tap: string
  service: string
  version: string
  /** 16 hex digits, new with every start. */
  boot: string
}

/** The headers of one batch; the token and the time of sending come to them when it goes out. */
export function batchHeaders(
  sender: Sender,
  batch: { seq: number; rows: number; bytes: number; encoding: string },
  dropped: string,
): Record<string, string> {
  return {
    'content-type': BLOCK_CONTENT_TYPE,
    'content-encoding': batch.encoding,
    'x-tapmesh-tap': headerValue(sender.tap),
    'x-tapmesh-service': headerValue(sender.service),
    'x-tapmesh-version': headerValue(sender.version),
    'x-tapmesh-boot': sender.boot,
    'x-tapmesh-seq': String(batch.seq),
    'x-tapmesh-rows': String(batch.rows),
    'x-tapmesh-bytes': String(batch.bytes),
    'x-tapmesh-dropped': dropped,
  }
}

/** Names are checked when the settings are read; a byte that slips through must not break the header. */
function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
