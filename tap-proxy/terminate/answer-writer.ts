import { dropFields } from '../../wire/http1/field-table.ts'
import { NAMES } from '../../wire/http1/names.ts'
import { BODY } from '../../wire/http1/request.ts'
import type { ResponseHead } from '../../wire/http1/response.ts'
import { putBytes } from '../../wire/put-bytes.ts'

const ONE = 0x31
const CLOSE = 'Connection: close\r\n'

/** Fields that an answer gains, as they are written; prepared once for each combination. */
const additions = new Map<string, Buffer>()

function prepared(text: string): Buffer {
  let bytes = additions.get(text)
  if (!bytes) {
    bytes = Buffer.from(text, 'latin1')
    // Lengths make the keys unbounded, so only the plain ones are kept.
    if (additions.size < 64) additions.set(text, bytes)
  }
  return bytes
}

/** What is to change in an answer's head besides fields that belong to the upstream's connection. */
export interface AnswerEdit {
  /** The client's connection ends with this answer. */
  close: boolean
  /** The client cannot read chunks (HTTP/1.0), so the coding is taken off. */
  unchunk: boolean
}

/**
 * Edits an answer's head in place: what goes is closed up towards the body, so that head and body
 * stay one piece; what comes goes behind the status line, into the room in front if need be.
 * @returns offset of the head's first byte now
 */
export function editAnswer(bytes: Buffer, head: ResponseHead, edit: AnswerEdit): number {
  const { fields } = head
  let text = ''
  if (edit.unchunk) dropFields(bytes, NAMES.transferEncoding, fields)
  else if (!fields.canonical) {
    dropFields(bytes, head.body === BODY.chunked ? NAMES.transferEncoding : NAMES.contentLength, fields)
    text =
      head.body === BODY.chunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${fields.length}\r\n`
  }
  if (edit.close) text += CLOSE
  // RFC 9110 section 2.5: an intermediary answers with its own version.
  bytes[head.minorAt] = ONE
  if (!fields.anyDropped && text === '') return head.start

  let to = fields.starts[fields.count]!
  let end = to
  for (let field = fields.count - 1; field >= 0; field--) {
    if (fields.dropped[field] === 0) continue
    const after = fields.starts[field + 1]!
    to = moveUp(bytes, after, end, to)
    end = fields.starts[field]!
  }
  to = moveUp(bytes, head.fieldsStart, end, to)
  const added = prepared(text)
  const start = to - added.length - (head.fieldsStart - head.start)
  bytes.copyWithin(start, head.start, head.fieldsStart)
  putBytes(bytes, to - added.length, added)
  return start
}

/** Moves bytes[start..end) so that they end at `to`. @returns where they begin now */
function moveUp(bytes: Buffer, start: number, end: number, to: number): number {
  const length = end - start
  if (length > 0 && end !== to) bytes.copyWithin(to - length, start, end)
  return to - length
}
