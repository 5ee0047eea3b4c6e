import express, { type Express, type Request, type Router } from 'express'
import type { Control } from '../control/control.ts'
import type { IdentityAuthority } from '../control/identity/identity.ts'
import { identityRoute } from '../control/identity/route.ts'
import { configRoutes } from '../control/route.ts'
import { TapmeshError } from '../model/error.ts'
import { hostGuard, securityHeaders, sendError } from './http/guard.ts'
import { BODY_LIMITS, type BodyLimits } from './ingest/body.ts'
import type { Intake } from './ingest/intake.ts'
import { callsRoute } from './ingest/route.ts'
import type { Counts, Metrics } from './metrics/metrics.ts'
import { tracesRoute } from './otlp/route.ts'
import type { OtlpSpans } from './otlp/spans.ts'

export interface RouterParts {
  checkToken(request: Request): void
  intake: Intake
  spans: OtlpSpans
  counts: Counts
  metrics: Metrics
  body: Partial<BodyLimits>
  /** Tells taps their configuration; undefined: nobody does. */
  control?: Control | undefined
  /** Signs certificates of taps; undefined: nobody does. */
  identity?: IdentityAuthority | undefined
  /** What keeps the collector from being ready, or null. */
  trouble(): string | null
}

/** `POST /v1/calls`, `POST /v1/traces`, `/v1/config/<tap>`, `/healthz`, `/readyz`, `/metrics`. */
export function createRouter(parts: RouterParts): Router {
  const { checkToken, intake, spans, counts, metrics, control, identity, trouble } = parts
  const limits = { ...BODY_LIMITS, ...parts.body }
  const router = express.Router()
  const refused = (): void => {
    counts.refused_requests++
  }
  router.post('/v1/calls', callsRoute(checkToken, intake, refused, limits))
  router.post('/v1/traces', tracesRoute(checkToken, spans, refused, limits))
  if (control) router.use(configRoutes(checkToken, control, sendError))
  if (identity) router.post('/v1/identity/:tap', identityRoute(checkToken, identity, sendError))
  router.get('/healthz', (_request, response) => void response.json({ ok: true }))
  router.get('/readyz', (_request, response) => {
    const error = trouble()
    response.status(error === null ? 200 : 503).json({ ok: error === null, error })
  })
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  return router
}

/** The router behind the guards, as an app of its own. */
export function createApp(router: Router, hosts: readonly string[]): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(securityHeaders, hostGuard(hosts), router)
  app.use((_request, response) => {
    sendError(
      response,
      new TapmeshError(
        'TAPMESH_NOT_FOUND',
        'nothing answers at that path',
        'Taps send to POST /v1/calls, OTLP exporters to POST /v1/traces.',
      ),
    )
  })
  return app
}
