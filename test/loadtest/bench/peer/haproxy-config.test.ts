import { haproxyConfig } from '../../../../loadtest/bench/peer/haproxy-config.ts'

test('in HTTP mode it adds the trace header and logs every call to a ring', () => {
  const text = haproxyConfig({ port: 1001, backendPort: 2002, mode: 'http' })
  expect(text).toMatch(/^ring calls$/m)
  expect(text).toMatch(/^ {2}log ring@calls local0$/m)
  expect(text).toMatch(/^ {2}option httplog$/m)
  expect(text).toMatch(/http-request set-header traceparent 00-/)
  expect(text).toMatch(/^ {2}nbthread 1$/m)
})

test('in TCP mode it only copies', () => {
  const text = haproxyConfig({ port: 1001, backendPort: 2002, mode: 'tcp' })
  expect(text).toMatch(/^ {2}mode tcp$/m)
  expect(text).not.toMatch(/httplog|log ring|traceparent|http-reuse/)
  expect(text).toContain('bind 127.0.0.1:1001')
  expect(text).toContain('server backend 127.0.0.1:2002')
})
