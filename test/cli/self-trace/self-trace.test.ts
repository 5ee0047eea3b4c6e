import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { wantsSelfTrace } from '../../../cli/self-trace/start.ts'
import { otlpReceiver } from '../../support/otlp-receiver.ts'

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }, false],
])('%j asks for traces of tapmesh itself: %j', (environment, wanted) => {
  expect(wantsSelfTrace(environment)).toBe(wanted)
})

/** The SDK is one for a process, so it runs in one of its own: a server with a store, asked thrice. */
const PROGRAM = `
import { createServer } from 'node:http'
import express from 'express'
import { startSelfTrace } from './cli/self-trace/start.ts'
const self = await startSelfTrace(process.env, '0.0.0')
const store = self.store({
  kind: 'embedded', engine: '', close: async () => {}, command: async () => {}, insert: async () => {},
  insertCalls: async () => {}, read: async () => { throw Object.assign(new Error('no'), { code: 'TAPMESH_STORE_UNAVAILABLE' }) },
})
await store.read('SELECT 1').catch(() => {})
const app = express()
const router = express.Router()
app.use('/api/v1', router)
router.get('/traces/:id', async (_, response) => {
  await store.read('SELECT 1').catch(() => {})
  response.status(503).end()
})
app.post('/v1/traces', (_, response) => response.end())
const server = createServer(self.listener(app)).listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await fetch(url + '/api/v1/traces/7?token=secret', { headers: { traceparent } })
  await fetch(url + '/v1/traces', { method: 'POST' })
  server.close()
  server.closeAllConnections()
  await self.stop()
  process.exit(0)
})
`

test('a request is a span of its route in the trace of its caller, the store a part of it; spans that come in make none', async () => {
  const receiver = await otlpReceiver()
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { PATH: process.env['PATH'] ?? '', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect(code).toBe(0)
  expect(receiver.spans).toHaveLength(2)
  const [store, request] = receiver.spans
  expect(request).toMatchObject({
    service: 'tapmesh',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    name: 'GET /api/v1/traces/:id',
    kind: 2,
    status: { code: 2 },
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/api/v1/traces/:id',
      'http.response.status_code': 503,
      'url.path': '/api/v1/traces/7',
      'error.type': '503',
    },
  })
  expect(store).toMatchObject({
    name: 'SELECT',
    kind: 3,
    parentSpanId: request!.spanId,
    attributes: { 'db.system.name': 'clickhouse', 'error.type': 'TAPMESH_STORE_UNAVAILABLE' },
  })
  expect(JSON.stringify(receiver.spans)).not.toContain('secret')
  await receiver.close()
})
