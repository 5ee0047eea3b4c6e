import { backendConfig, proxyConfig } from '../../../../loadtest/bench/peer/nginx-config.ts'

const plan = { folder: '/f', port: 1001, backendPort: 2002 }

test('the proxy does what the tap does: keep-alive on both sides, a trace header, a buffered record', () => {
  const text = proxyConfig({ ...plan, accessLog: true })
  expect(text).toContain('listen 127.0.0.1:1001')
  expect(text).toMatch(/server 127\.0\.0\.1:2002; keepalive 1024/)
  expect(text).toMatch(/proxy_set_header traceparent "00-\$request_id-[0-9a-f]{16}-01"/)
  expect(text).toContain('access_log /f/access.log main buffer=64k')
  expect(text).toContain('worker_processes 1;')
})

test('without the log nothing is recorded', () => {
  expect(proxyConfig({ ...plan, accessLog: false })).toContain('access_log off;')
})

test('the backend answers three sizes and writes nothing', () => {
  const text = backendConfig('/f', 3003, 'xyz')
  expect(text).toContain('return 200 "xyz";')
  expect(text).toContain('location = /10k')
  expect(text).toContain('location = /1m')
  expect(text).toContain('access_log off;')
})

test('with a policy the same proxy limits, asks rules, waits for so long and tries once more', () => {
  const text = proxyConfig({ ...plan, accessLog: true, governed: true })
  expect(text).toContain('limit_req zone=calls')
  expect(text).toContain('if ($denied) { return 403; }')
  expect(text).toMatch(/~\^\(GET\|POST\)\\ \/area-19\//)
  expect(text).toContain('proxy_next_upstream_tries 2;')
  expect(proxyConfig({ ...plan, accessLog: true })).not.toContain('limit_req')
})
