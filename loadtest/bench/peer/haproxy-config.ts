/** Text of HAProxy configurations: one thread, keep-alive and reuse on both sides. */

export interface HaproxyPlan {
  port: number
  backendPort: number
  /** `http` decodes, adds the trace header and logs each call to a ring; `tcp` copies bytes. */
  mode: 'http' | 'tcp'
  /** With a rate limit, rules, timeouts and retries that no call meets. */
  governed?: boolean
}

/** Client connections accepted at once. The limit on descriptors may be below the two for each that HAProxy wants, hence no strict limits. */
export const CONNECTIONS_MAX = 12_000

const RULES = 20

const GOVERNED = `  stick-table type ip size 10k expire 1m store http_req_rate(1s)
  http-request track-sc0 src
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1000000 }
  acl allowed path /
${Array.from({ length: RULES }, (_, index) => `  acl allowed path_reg ^/area-${index}/[^/]+$`).join('\n')}
  http-request deny if !allowed or !METH_GET !METH_POST
  retries 1
  retry-on conn-failure empty-response 502 503 504
`

export function haproxyConfig({ port, backendPort, mode, governed = false }: HaproxyPlan): string {
  const ring = `ring calls
  format rfc3164
  maxlen 1200
  size 1048576
`
  const http = `  option httplog
  option http-keep-alive
  http-reuse always
  http-request set-header traceparent 00-%[rand,hex]%[rand,hex]-%[rand,hex]-01`
  const decoded = mode === 'http'
  return `global
  nbthread 1
  no strict-limits
  maxconn ${CONNECTIONS_MAX}
${decoded ? '  log ring@calls local0\n' : ''}
${decoded ? ring : ''}
defaults
  mode ${mode}
${decoded ? '  log global\n' : ''}  timeout connect 5s
  timeout client 1h
  timeout server 1h
  maxconn ${CONNECTIONS_MAX}

listen bench
  bind 127.0.0.1:${port} backlog 4096
${decoded ? `${http}\n` : ''}${governed ? GOVERNED : ''}  server backend 127.0.0.1:${backendPort}${governed ? ' check observe layer7 error-limit 5 on-error mark-down' : ''}
`
}
