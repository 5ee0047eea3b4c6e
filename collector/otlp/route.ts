import type { Request, RequestHandler, Response } from 'express'
import { TapmeshError } from '../../model/error.ts'
import { errorOf, RETRY_AFTER_S } from '../http/guard.ts'
import { type BodyLimits, readBody } from '../ingest/body.ts'
import type { Encoding } from '../ingest/head.ts'
import { discard } from '../ingest/route.ts'
import { CONTENT_TYPES, type OtlpEncoding, refusedAnswer, takenAnswer } from './answer.ts'
import type { OtlpSpans } from './spans.ts'

/** Requests whose body is being read or decoded; past it senders are asked for patience. */
const REQUESTS_MAX = 32

function unread(what: string, hint: string): TapmeshError {
  return new TapmeshError('TAPMESH_BODY_TYPE', what, hint)
}

function encodingOf(request: Request): OtlpEncoding {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type === CONTENT_TYPES.json) return 'json'
  if (type === CONTENT_TYPES.protobuf) return 'protobuf'
  throw unread(
    'the content-type of the request is no encoding of OTLP',
    'Send application/x-protobuf or application/json; OTLP over gRPC is not spoken here.',
  )
}

function compressionOf(request: Request): Encoding {
  const text = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (text === 'identity' || text === 'gzip' || text === 'zstd') return text
  throw unread('the content-encoding of the request is not read here', 'Send it as gzip, zstd or as it is.')
}

/** POST /v1/traces: OTLP/HTTP as https://opentelemetry.io/docs/specs/otlp/#otlphttp describes it. */
export function tracesRoute(
  checkToken: (request: Request) => void,
  spans: OtlpSpans,
  onRefused: () => void,
  limits: BodyLimits,
): RequestHandler {
  let running = 0
  return async (request: Request, response: Response) => {
    let encoding: OtlpEncoding = 'json'
    try {
      encoding = encodingOf(request)
      checkToken(request)
      if (running >= REQUESTS_MAX) {
        throw new TapmeshError(
          'TAPMESH_COLLECTOR_BUSY',
          'the collector reads as many requests at once as it can',
          'The exporter keeps its spans and sends them again.',
        )
      }
      running++
      try {
        const taken = await spans.take(await readBody(request, compressionOf(request), limits), encoding)
        response.type(CONTENT_TYPES[encoding]).send(takenAnswer(encoding, taken))
      } finally {
        running--
      }
    } catch (error) {
      onRefused()
      discard(request, limits.batch_bytes_max)
      const { status, error: known } = errorOf(error)
      if (status === 503) response.setHeader('retry-after', String(RETRY_AFTER_S))
      if (status === 413) response.setHeader('connection', 'close')
      response
        .status(status)
        .type(CONTENT_TYPES[encoding])
        .send(refusedAnswer(encoding, status, known))
    }
  }
}
