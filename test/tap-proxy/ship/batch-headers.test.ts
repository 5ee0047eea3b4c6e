import { batchHeaders } from '../../../tap-proxy/ship/batch-headers.ts'

test('a name with a byte that no header may hold can not break it', () => {
  const sender = { tap: 'a\r\nx: y', service: 'café', version: '1', boot: '0'.repeat(16) }
  const headers = batchHeaders(sender, { seq: 3, rows: 2, bytes: 9, encoding: 'zstd' }, 'overflow=1')
  expect(headers).toMatchObject({
    'content-encoding': 'zstd',
    'x-tapmesh-tap': 'a??x: y',
    'x-tapmesh-service': 'caf?',
    'x-tapmesh-seq': '3',
    'x-tapmesh-rows': '2',
    'x-tapmesh-bytes': '9',
    'x-tapmesh-dropped': 'overflow=1',
  })
})
