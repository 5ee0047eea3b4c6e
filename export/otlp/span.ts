import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { CallRecord } from '../../model/call.ts'
import { attributesOf, errorType, isCaller, spanName } from './attributes.ts'

/** Numbers of SpanKind and SpanStatusCode in @opentelemetry/api, which is loaded only where spans go out. */
const KIND_SERVER = 1
const KIND_CLIENT = 2
const STATUS_UNSET = 0
const STATUS_ERROR = 2
/** W3C trace flags: sampled. */
const SAMPLED = 1

/** Makes the resource of a service; the same object for the same name, since spans are grouped by it. */
export type ResourceOf = (service: string) => Resource

const time = (us: number): [number, number] => [Math.floor(us / 1e6), (us % 1e6) * 1000]

/** A call record as a finished span of the SDK: the caller's side is CLIENT, every other is SERVER. */
export function spanOf(call: CallRecord, resourceOf: ResourceOf): ReadableSpan {
  const caller = isCaller(call)
  const context = (spanId: string) => ({ traceId: call.trace_id, spanId, traceFlags: SAMPLED })
  const own = context(call.span_id)
  return {
    name: spanName(call),
    kind: caller ? KIND_CLIENT : KIND_SERVER,
    spanContext: () => own,
    ...(call.parent_span_id === '' ? {} : { parentSpanContext: context(call.parent_span_id) }),
    startTime: time(call.ts),
    endTime: time(call.ts + call.duration_us),
    duration: time(call.duration_us),
    status: { code: errorType(call) === undefined ? STATUS_UNSET : STATUS_ERROR },
    attributes: attributesOf(call),
    links: [],
    events: [],
    ended: true,
    resource: resourceOf(caller ? call.source : call.destination),
    instrumentationScope: { name: 'tapmesh' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}
