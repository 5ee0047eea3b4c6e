import { PbfWriter } from 'pbf'
import type { CallRecord } from '../../../model/call.ts'

/**
 * An ExportTraceServiceRequest (opentelemetry-proto) as an instrumented program sends it: one
 * resource, spans with the attributes that HTTP instrumentations set, some of which nobody reads.
 */
const KIND = { server: 2, client: 3 }

type Value = string | number
type Attribute = [string, Value]

function writeAttribute([key, value]: Attribute, to: PbfWriter): void {
  to.writeStringField(1, key)
  to.writeMessage(
    2,
    (one, any) => {
      if (typeof one === 'string') any.writeStringField(1, one)
      else any.writeVarintField(3, one)
    },
    value,
  )
}

/** Microseconds as a fixed64 of nanoseconds. */
function writeTime(field: number, us: number, to: PbfWriter): void {
  const nanoseconds = BigInt(us) * 1000n
  to.writeTag(field, 1)
  to.writeFixed32(Number(nanoseconds & 0xffffffffn))
  to.writeFixed32(Number(nanoseconds >> 32n))
}

function attributesOf(call: CallRecord): Attribute[] {
  const [address = '', port = '80'] = call.destination_instance.split(':')
  return [
    ['http.request.method', call.method],
    ['http.response.status_code', Number(call.status) || 0],
    ['url.path', call.path],
    ['url.scheme', 'http'],
    ['server.address', address],
    ['server.port', Number(port)],
    ['network.protocol.version', '1.1'],
    ['user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'],
    ...(call.reporter === 'server'
      ? ([
          ['http.route', call.route],
          ['client.address', call.source_instance],
        ] as const satisfies Attribute[])
      : ([['service.peer.name', call.destination]] as const satisfies Attribute[])),
  ]
}

function writeSpan(call: CallRecord, to: PbfWriter): void {
  to.writeBytesField(1, Buffer.from(call.trace_id, 'hex'))
  to.writeBytesField(2, Buffer.from(call.span_id, 'hex'))
  if (call.parent_span_id !== '') to.writeBytesField(4, Buffer.from(call.parent_span_id, 'hex'))
  to.writeStringField(5, `${call.method} ${call.route}`)
  to.writeVarintField(6, call.reporter === 'server' ? KIND.server : KIND.client)
  writeTime(7, call.ts, to)
  writeTime(8, call.ts + call.duration_us, to)
  for (const attribute of attributesOf(call)) to.writeMessage(9, writeAttribute, attribute)
  to.writeMessage(15, (code, status) => status.writeVarintField(3, code), call.outcome === 'ok' ? 0 : 2)
}

/** The request of one service. */
export function otlpRequest(service: string, calls: readonly CallRecord[]): Buffer {
  const request = new PbfWriter()
  request.writeMessage(
    1,
    (name, group) => {
      group.writeMessage(
        1,
        (attributes, resource) => {
          for (const attribute of attributes) resource.writeMessage(1, writeAttribute, attribute)
        },
        [
          ['service.name', name],
          ['service.version', '1.4.2'],
          ['host.name', `${name}-host`],
          ['telemetry.sdk.language', 'nodejs'],
        ] satisfies Attribute[],
      )
      group.writeMessage(
        2,
        (all, scope) => {
          for (const call of all) scope.writeMessage(2, writeSpan, call)
        },
        calls,
      )
    },
    service,
  )
  return Buffer.from(request.finish())
}
