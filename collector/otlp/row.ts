import { type CallRecord, EMPTY_RECORD, UNKNOWN_CALLER } from '../../model/call.ts'
import type { Names } from './names.ts'
import { addressOf, callerOf, clientAddress, namedPeer, nameOfAddress } from './parties.ts'
import type { Peers } from './peers.ts'
import { connectionType, requestOf, type SpanRequest } from './request.ts'
import { KIND, type OtlpSpan, STATUS_ERROR, type Values } from './span.ts'

const KIND_NAMES: readonly string[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']

/** What the SDK calls a program that was given no name. */
const NAMELESS = 'unknown_service'

type Ends = Pick<
  CallRecord,
  | 'source'
  | 'source_instance'
  | 'source_zone'
  | 'source_evidence'
  | 'destination'
  | 'destination_instance'
  | 'destination_zone'
  | 'destination_version'
>

/** Error types are class names and codes; a longer one is somebody's message. */
const ERROR_TYPE_MAX = 128

interface Own {
  service: string
  instance: string
  zone: string
  version: string
}

/**
 * A span as a call record. A caller's span (CLIENT, PRODUCER) is a call from its service to the peer
 * it names; a callee's (SERVER, CONSUMER) a call into its service; any other is work inside it.
 */
export class SpanRows {
  readonly #names: Names
  readonly #peers: Peers
  /** Spans of one resource come one after the other. */
  #resource: Values | undefined
  #known: Own = { service: '', instance: '', zone: '', version: '' }

  constructor(names: Names, peers: Peers) {
    this.#names = names
    this.#peers = peers
  }

  recordOf(resource: Values, span: OtlpSpan): CallRecord {
    const own = this.#own(resource)
    const kind = KIND_NAMES[span.kind] ?? 'unspecified'
    const calls = span.kind === KIND.client || span.kind === KIND.producer
    const answers = span.kind === KIND.server || span.kind === KIND.consumer
    const ends = calls ? this.#outbound(own, span) : answers ? this.#inbound(own, span) : inside(own)
    const request = calls || answers ? requestOf(span) : internalWork(span)
    const { attributes } = span
    const scheme = attributes['url.scheme'] ?? attributes['http.scheme']
    const resent = Number(attributes['http.request.resend_count'] ?? 0)
    return {
      ...EMPTY_RECORD,
      ts: span.start_us,
      duration_us: span.end_us - span.start_us,
      trace_id: span.trace_id,
      span_id: span.span_id,
      parent_span_id: span.parent_span_id,
      reporter: 'otlp',
      ...ends,
      ...request,
      method: this.#names.take('methods', request.method),
      route: this.#names.take('routes', request.route),
      status: this.#names.take('statuses', request.status),
      attempt: resent > 0 && resent < 255 ? 1 + Math.trunc(resent) : 1,
      security: scheme === 'https' ? 'tls' : 'plaintext',
      tap: own.instance === '' ? `otlp/${own.service}` : `otlp/${own.service}@${own.instance}`,
      attributes: this.#attributes(kind, attributes),
    }
  }

  /** What is kept of a span beside the columns. */
  #attributes(kind: string, values: Values): Record<string, string> {
    const kept: Record<string, string> = { 'span.kind': kind }
    const error = values['error.type']
    const database = values['db.system.name'] ?? values['db.system']
    const queue = values['messaging.system']
    if (error !== undefined) kept['error.type'] = error.slice(0, ERROR_TYPE_MAX)
    if (database !== undefined) kept['db.system.name'] = this.#names.take('methods', database)
    if (queue !== undefined) kept['messaging.system'] = this.#names.take('methods', queue)
    return kept
  }

  #own(resource: Values): Own {
    if (resource === this.#resource) return this.#known
    const name = (key: string, orElse: string): string =>
      this.#names.take('instances', resource[key] ?? resource[orElse] ?? '')
    this.#known = {
      service: this.#names.take('services', resource['service.name'] || NAMELESS),
      instance: name('host.name', 'service.instance.id'),
      zone: name('cloud.availability_zone', 'cloud.region'),
      version: name('service.version', ''),
    }
    this.#resource = resource
    return this.#known
  }

  #outbound(own: Own, span: OtlpSpan): Ends {
    const { attributes } = span
    const address = addressOf(attributes)
    const peer =
      namedPeer(attributes) ??
      this.#peers.destinationOf(span.span_id, address) ??
      nameOfAddress(address, attributes)
    const destination = this.#names.take('destinations', peer)
    const connection_type = connectionType(attributes)
    this.#peers.called(span.span_id, { client: own.service, server: destination, connection_type, address })
    return {
      source: own.service,
      source_instance: own.instance,
      source_zone: own.zone,
      source_evidence: 'trace',
      destination,
      destination_instance: this.#names.take('instances', address),
      destination_zone: '',
      destination_version: '',
    }
  }

  #inbound(own: Own, span: OtlpSpan): Ends {
    const source = callerOf(span.trace_state, span.parent_span_id)
    if (span.parent_span_id !== '') {
      // What a consumer takes from a queue was sent to the queue's address, not to the consumer's.
      this.#peers.answered(span.parent_span_id, span.kind === KIND.server ? own.service : '')
    }
    return {
      source: this.#names.take('services', source),
      source_instance: this.#names.take('instances', clientAddress(span.attributes)),
      source_zone: '',
      source_evidence: source === UNKNOWN_CALLER ? 'none' : 'trace',
      destination: own.service,
      destination_instance: own.instance,
      destination_zone: own.zone,
      destination_version: own.version,
    }
  }
}

/** Work inside a service has the same service at both ends; its protocol keeps it off the map. */
function inside({ service, instance, zone, version }: Own): Ends {
  return {
    source: service,
    source_instance: instance,
    source_zone: zone,
    source_evidence: 'trace',
    destination: service,
    destination_instance: instance,
    destination_zone: zone,
    destination_version: version,
  }
}

/** The name in full stands in the path, since the route is capped. */
function internalWork(span: OtlpSpan): SpanRequest {
  return {
    protocol: 'internal',
    method: '',
    route: span.name,
    path: span.name,
    status: '',
    outcome: span.status_code === STATUS_ERROR ? 'server_error' : 'ok',
    request_bytes: 0,
    response_bytes: 0,
  }
}
