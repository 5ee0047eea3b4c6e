import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as OTLP's JSON encoding writes it. */
export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Record<string, string | number>
  status: { code?: number }
  service: string
}

interface KeyValue {
  key: string
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number }
}

const valuesOf = (list: readonly KeyValue[]): Record<string, string | number> =>
  Object.fromEntries(
    list.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  )

/** An OTLP/HTTP endpoint that takes what the official exporter sends; `reply` may refuse. */
export async function otlpReceiver(reply: () => number = () => 200) {
  const spans: ReceivedSpan[] = []
  const requests: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      requests.push(`${request.method} ${request.url} ${request.headers['content-type']}`)
      const status = reply()
      if (status === 200) {
        const body = JSON.parse(Buffer.concat(parts).toString('utf8'))
        for (const group of body.resourceSpans) {
          const service = String(valuesOf(group.resource.attributes)['service.name'])
          for (const scope of group.scopeSpans)
            for (const span of scope.spans)
              spans.push({ ...span, attributes: valuesOf(span.attributes), service })
        }
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    spans,
    requests,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
