import { protocolNamed } from '../../protocol/list.ts'
import { opaque } from '../../protocol/opaque.ts'
import { watch } from './watched.ts'

test('a connection is one call, from its first sign of life to its end', () => {
  const w = watch(protocolNamed('opaque'))
  expect(w.started).toBe(1)
  expect(w.client('\x00\x01abc', 2)).toBe('\x00\x01abc')
  w.server('answer', 4)
  w.decoder.close('done', 20_000)
  expect(w.calls).toEqual(['ok opaque 5>6'])
  expect(w.times).toEqual([{ duration_ms: 19, ttfb_ms: 4 }])
})

test.each([
  ['client', 'unfinished DC'],
  ['server', 'reset UR'],
  ['unreachable', 'server_error UF'],
  ['no_address', 'server_error UH'],
  ['connect_timeout', 'timeout UF'],
  ['loop', 'reset lo'],
  ['tap', 'unfinished DR'],
] as const)('ended by %s', (cause, wanted) => {
  const w = watch(opaque)
  w.decoder.close(cause, 2000)
  expect(w.calls).toEqual([`${wanted} opaque 0>0`])
})

test('a break after the other side was done is no failure', () => {
  const w = watch(opaque)
  w.decoder.serverEnded(2000)
  w.decoder.close('client', 3000)
  const other = watch(opaque)
  other.decoder.clientEnded(2000)
  other.decoder.close('server', 3000)
  expect([...w.calls, ...other.calls]).toEqual(['ok opaque 0>0', 'ok opaque 0>0'])
})
