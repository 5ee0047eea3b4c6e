import { equalsIgnoreCase, word } from '../byte-class.ts'

/**
 * Fields that are never forwarded from a trailer (RFC 9110 section 6.5.1): they would change
 * framing, routing, authentication, or how the content is to be read, after the fact.
 */
const FORBIDDEN: readonly Uint8Array[] = [
  'age',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'expires',
  'forwarded',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'retry-after',
  'set-cookie',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'warning',
  'www-authenticate',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
].map(word)

export function isForbiddenTrailer(bytes: Uint8Array, start: number, nameEnd: number): boolean {
  const length = nameEnd - start
  return FORBIDDEN.some((name) => equalsIgnoreCase(bytes, start, name, length))
}
