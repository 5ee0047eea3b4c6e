import { isForbiddenTrailer } from '../../../wire/http1/trailer.ts'

const check = (name: string): boolean => isForbiddenTrailer(Buffer.from(name), 0, name.length)

test('what frames, routes or authenticates never comes afterwards', () => {
  for (const name of [
    'Content-Length',
    'TRANSFER-ENCODING',
    'host',
    'Authorization',
    'traceparent',
    'Set-Cookie',
  ]) {
    expect(check(name)).toBe(true)
  }
  for (const name of ['X-Checksum', 'grpc-status', 'Server-Timing', 'hos', 'hosts'])
    expect(check(name)).toBe(false)
})
