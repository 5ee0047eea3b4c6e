/** Text of nginx configurations. All of them: one worker, nothing on disk but the log asked for. */

export interface NginxProxy {
  folder: string
  port: number
  backendPort: number
  /** Write a line per call through a buffer of 64 KiB, or nothing. */
  accessLog: boolean
  /** With a rate limit, rules, timeouts and retries that no call meets. */
  governed?: boolean
  /** Open a connection to the backend for every call, as a relay does that shares none. */
  shared?: false
}

/**
 * A reverse proxy doing the tap's work: keep-alive on both sides, a trace header on every call. The
 * span id is a constant, which spares nginx a little work that the tap does.
 */
export function proxyConfig({
  folder,
  port,
  backendPort,
  accessLog,
  governed = false,
  shared: pooled,
}: NginxProxy): string {
  const keepAlive = pooled === false ? '' : ' keepalive 1024; keepalive_requests 1000000000;'
  const log = accessLog ? `access_log ${folder}/access.log main buffer=64k flush=1s;` : 'access_log off;'
  return `${preamble(folder)}
http {
  log_format main '$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $request_length $request_time $upstream_response_time $request_id';
  ${log}
  ${shared(folder)}
${governed ? GOVERNED_HTTP : ''}  upstream backend { server 127.0.0.1:${backendPort}${governed ? ' max_fails=5 fail_timeout=30s' : ''};${keepAlive} }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "${pooled === false ? 'close' : ''}";
      proxy_set_header traceparent "00-$request_id-00f067aa0ba902b7-01";
      proxy_max_temp_file_size 0;
      proxy_request_buffering off;
${governed ? GOVERNED_LOCATION : ''}    }
  }
}
`
}

const RULES = 20

/** Rules by path and method: a map of regular expressions is what nginx has for them. */
const GOVERNED_HTTP = `  limit_req_zone $binary_remote_addr zone=calls:1m rate=1000000r/s;
  map "$request_method $uri" $denied {
    default 1;
    ~^(GET|POST)\\ /$ 0;
${Array.from({ length: RULES }, (_, index) => `    ~^(GET|POST)\\ /area-${index}/[^/]+$ 0;`).join('\n')}
  }
`

const GOVERNED_LOCATION = `      if ($denied) { return 403; }
      limit_req zone=calls burst=1000000 nodelay;
      proxy_connect_timeout 5s;
      proxy_read_timeout 30s;
      proxy_next_upstream error timeout http_502 http_503 http_504;
      proxy_next_upstream_tries 2;
`

/** The backend behind every proxy: fixed answers of 200 B, 10 KB and 1 MB; request bodies are read and dropped. */
export function backendConfig(folder: string, port: number, small: string): string {
  return `${preamble(folder)}
http {
  access_log off;
  ${shared(folder)}
  open_file_cache max=16 inactive=1h;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${folder}/www;
    location / { return 200 "${small}"; }
    location = /10k { }
    location = /1m { }
  }
}
`
}

/** A worker of another user could not read the temporary folder; without root nginx ignores the line. */
function preamble(folder: string): string {
  return `daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 65536;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events { worker_connections 32768; }`
}

function shared(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n  ')
  return `default_type text/plain;
  keepalive_requests 1000000000;
  keepalive_timeout 3600;
  client_max_body_size 0;
  sendfile on;
  tcp_nodelay on;
  ${temporary}`
}
