import { equalsIgnoreCase, word } from '../../wire/byte-class.ts'

const HTTP_VERSION = word('http/1.')
const STATUS_AT = 9

/** The status of an answer whose head cannot be read; 0 if its first line has none. */
export function statusIn(bytes: Buffer, start: number, end: number): number {
  if (end - start < STATUS_AT + 3 || !equalsIgnoreCase(bytes, start, HTTP_VERSION, HTTP_VERSION.length))
    return 0
  const status = Number(bytes.toString('latin1', start + STATUS_AT, start + STATUS_AT + 3))
  return status >= 100 && status <= 999 ? status : 0
}
