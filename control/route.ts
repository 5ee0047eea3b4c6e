import express, { type Request, type RequestHandler, Router } from 'express'
import * as z from 'zod'
import { isName } from '../document/name.ts'
import { CONTROL_SERVICES_MAX, CONTROL_WAIT_S_MAX, type TapConfigStatus } from '../model/control.ts'
import { TapmeshError } from '../model/error.ts'
import type { Control } from './control.ts'
import { WAITING_MAX } from './waiting.ts'

/** What a tap says of its configuration. */
export const STATUS_BYTES_MAX = 65_536
const TEXT_MAX = 4096
const IGNORED_MAX = 1000

const revision = z.string().regex(/^(?:[0-9a-f]{1,8}\.\d{1,15})?$/, 'is not a revision')

/** What a newer tap says besides is left out. */
const STATUS = z.object({
  revision,
  result: z.enum(['ack', 'nack']),
  error: z.string().max(TEXT_MAX).optional(),
  active: revision,
  ignored: z.array(z.string().max(TEXT_MAX)).max(IGNORED_MAX),
  age_s: z.number().min(0),
  bypassed: z.boolean(),
}) satisfies z.ZodType<TapConfigStatus>

function invalid(message: string, hint: string): TapmeshError {
  return new TapmeshError('TAPMESH_QUERY_INVALID', message, hint)
}

function tapIn(request: Request): string {
  const tap = String(request.params['tap'] ?? '')
  if (isName(tap)) return tap
  throw invalid('the path holds no name of a tap', 'GET /v1/config/<tap>, with the name percent-encoded.')
}

function servicesIn(request: Request): string[] {
  const text = request.query['services']
  const services = typeof text === 'string' && text !== '' ? text.split(',') : []
  if (services.length <= CONTROL_SERVICES_MAX && services.every(isName)) return services
  throw invalid(
    `parameter services: is not up to ${CONTROL_SERVICES_MAX} names joined by commas`,
    'GET /v1/config/<tap>?services=cart,orders',
  )
}

/** Seconds of `Prefer: wait=30` (RFC 7240, section 4.3), at most CONTROL_WAIT_S_MAX; 0 where none is asked for. */
export function waitOf(prefer: string | undefined): number {
  const [, digits] = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[;,]|$)/i.exec(prefer ?? '') ?? []
  return Math.min(Number(digits ?? 0), CONTROL_WAIT_S_MAX)
}

/** Whether one of the entity tags is this revision (RFC 9110, section 13.1.2). */
function knows(request: Request, name: string): boolean {
  const tags = (request.headers['if-none-match'] ?? '').split(',')
  return tags.some((tag) => tag.trim().replace(/^W\//, '') === `"${name}"`)
}

function busy(): TapmeshError {
  return new TapmeshError(
    'TAPMESH_CONTROL_BUSY',
    `${WAITING_MAX} taps wait for the next revision`,
    'Ask again later, or without Prefer: wait.',
  )
}

function stateRoute(checkToken: (request: Request) => void, control: Control): RequestHandler {
  return async (request, response) => {
    checkToken(request)
    const tap = tapIn(request)
    const services = servicesIn(request)
    const wait_s = waitOf(request.get('prefer'))
    control.taps.asked(tap, services, Date.now())
    if (wait_s > 0) response.setHeader('preference-applied', `wait=${wait_s}`)
    if (wait_s > 0 && knows(request, control.revision)) {
      if (control.waiting.full) {
        control.waiting.refused++
        throw busy()
      }
      const gone = new AbortController()
      response.on('close', () => gone.abort())
      await control.waiting.wait(wait_s * 1000, gone.signal)
      if (gone.signal.aborted) return
      control.taps.asked(tap, services, Date.now())
    }
    // A collector that ends keeps no connection for a next wait.
    if (control.waiting.closed) response.setHeader('connection', 'close')
    response.setHeader('etag', `"${control.revision}"`)
    if (knows(request, control.revision)) response.status(304).end()
    else response.type('application/json').send(control.stateText(services))
  }
}

function bodyFault(error: unknown): TapmeshError {
  const { status } = error as { status?: number }
  const large = status === 413
  return new TapmeshError(
    large ? 'TAPMESH_BODY_TOO_LARGE' : 'TAPMESH_BODY_INVALID',
    large ? `the body is larger than ${STATUS_BYTES_MAX} bytes` : 'the body is not JSON',
    'Send the status of a tap as application/json.',
  )
}

function statusRoute(checkToken: (request: Request) => void, control: Control): RequestHandler {
  const readBody = express.json({ limit: STATUS_BYTES_MAX, strict: true, inflate: false })
  return async (request, response) => {
    checkToken(request)
    const tap = tapIn(request)
    await new Promise<void>((resolve, reject) => {
      readBody(request, response, (error?: unknown) =>
        error === undefined ? resolve() : reject(bodyFault(error)),
      )
    })
    const read = STATUS.safeParse(request.body)
    if (!read.success) {
      const { path, message } = read.error.issues[0]!
      throw new TapmeshError('TAPMESH_BODY_INVALID', `${path.join('.')}: ${message}`, 'See model/control.ts.')
    }
    control.taps.told(tap, read.data, Date.now())
    response.status(204).end()
  }
}

/**
 * `GET /v1/config/<tap>?services=…`: the state for that tap, at once or when the next revision is there;
 * `POST /v1/config/<tap>/status`: what became of it.
 * @param failed answers an error
 */
export function configRoutes(
  checkToken: (request: Request) => void,
  control: Control,
  failed: (response: Parameters<RequestHandler>[1], error: unknown) => void,
): Router {
  const router = Router()
  const answering =
    (route: RequestHandler): RequestHandler =>
    async (request, response, next) => {
      try {
        await route(request, response, next)
      } catch (error) {
        failed(response, error)
      }
    }
  router.get('/v1/config/:tap', answering(stateRoute(checkToken, control)))
  router.post('/v1/config/:tap/status', answering(statusRoute(checkToken, control)))
  return router
}
