/** A reverse proxy of node:http on both sides, doing the tap's work: trace header and one record per call. */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

const backendPort = Number(process.argv[2])
const log = createWriteStream(process.argv[3]!)
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 2048 })

const LOG_BYTES = 65_536
let lines = ''
setInterval(flush, 1_000).unref()

function flush(): void {
  if (lines) log.write(lines)
  lines = ''
}

function record(asked: IncomingMessage, status: number, bytes: number, started: number): void {
  lines += `${new Date().toISOString()} ${asked.method} ${asked.url} ${status} ${bytes} ${performance.now() - started}\n`
  if (lines.length > LOG_BYTES) flush()
}

function relay(asked: IncomingMessage, answer: ServerResponse): void {
  const started = performance.now()
  const ids = randomBytes(24).toString('hex')
  const headers = { ...asked.headers, traceparent: `00-${ids.slice(0, 32)}-${ids.slice(32)}-01` }
  const upstream = request(
    { host: '127.0.0.1', port: backendPort, path: asked.url, method: asked.method, headers, agent },
    (got) => {
      let bytes = 0
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      got.on('end', () => record(asked, got.statusCode ?? 502, bytes, started))
      got.pipe(answer)
    },
  )
  upstream.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502)
    answer.end()
  })
  asked.pipe(upstream)
}

const server = createServer({ keepAliveTimeout: 3_600_000, noDelay: true }, relay)
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address()
  if (typeof address === 'object' && address) {
    console.log(`listening http-proxy http://127.0.0.1:${address.port}`)
  }
})
