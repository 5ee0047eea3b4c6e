/**
 * A service as people instrument them: OpenTelemetry's SDK for Node with its HTTP instrumentation,
 * set by the usual OTEL_ variables. It answers every path and calls TARGET where there is one.
 * Its spans leave when it ends, so that a test decides when.
 */
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { trace } = require('@opentelemetry/api')

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] })
sdk.start()

const http = require('node:http')
const { TARGET } = process.env

function ask(url) {
  return new Promise((resolve, reject) => {
    http
      .get(url, (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode))
      })
      .on('error', reject)
  })
}

const server = http.createServer(async (request, response) => {
  const status = await trace.getTracer('shop').startActiveSpan('prepare', async (span) => {
    span.end()
    return request.url.startsWith('/broken') ? 500 : 200
  })
  const below = TARGET ? await ask(TARGET + request.url) : status
  response.writeHead(below).end('done')
})
server.listen(0, '127.0.0.1', () =>
  console.log(`listening service http://127.0.0.1:${server.address().port}`),
)

process.on('SIGTERM', async () => {
  await sdk.shutdown()
  process.exit(0)
})
