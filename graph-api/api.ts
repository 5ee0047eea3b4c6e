import express, { type Express, type RequestHandler } from 'express'
import type { Control } from '../control/control.ts'
import type { Slo } from '../model/slo.ts'
import type { Store } from '../store/store.ts'
import { readGraph } from './answer/graph.ts'
import { Slos, withSlo } from './answer/slo.ts'
import type { StatusAnswer } from './contract.ts'
import { NO_ROLLOUTS, type RolloutsView } from './enforcement/control-view.ts'
import type { Span } from './query/window.ts'
import { answerRoutes, ownRoutes } from './route/answers.ts'
import { assetRoute, readAssets } from './route/asset.ts'
import { backtestRoutes, recommendationRoutes } from './route/backtest.ts'
import { configRoutes } from './route/config.ts'
import { enforcementRoutes } from './route/enforcement.ts'
import { errorRoute, unknownMethod, unknownRoute } from './route/error.ts'
import { graphRoutes } from './route/graph.ts'
import { hostGuard, mutationGuard, securityHeaders } from './route/guard.ts'
import { type JoinTokenMaker, joinTokenRoutes } from './route/join-tokens.ts'
import { overTimeRoutes } from './route/over-time.ts'
import { sloRoutes } from './route/slo.ts'
import { type CallsSource, Streams } from './route/stream.ts'
import { openApi } from './schema/openapi.ts'

export interface GraphApiOptions {
  store: Store
  /** The policy and who has it; closed by who opened it. */
  control: Control
  /** Where rollouts and latches stand; default nowhere. */
  rollouts?: RolloutsView | undefined
  /** Admits taps to the mesh's own CA; default nobody. */
  joinToken?: JoinTokenMaker | undefined
  /** Version of tapmesh. */
  version: string
  /** What mutations must present; reading needs none. */
  token: string
  collectorStatus: () => Pick<StatusAnswer, 'ingest' | 'taps'>
  /** Calls as the collector accepts them, for the live stream. */
  onCalls?: CallsSource | undefined
  /** Objectives of services; default none. */
  slos?: readonly Slo[] | undefined
  /** Folder of the built UI, for example `dist/ui`; without it there are no pages. */
  assets?: string | undefined
  /** Host names besides loopback's that the API answers to. */
  hosts?: readonly string[] | undefined
  /** Told what went wrong inside. */
  onFault?: ((error: unknown) => void) | undefined
  /** Wall clock, microseconds; for tests. */
  now?: (() => number) | undefined
  /** Streams served at a time. */
  streams_max?: number | undefined
}

export interface GraphApi {
  /** Answers `/api/v1/…`, `/openapi.json` and the UI's pages; mount it at the root. */
  app: Express
  /** Ends the live streams; the server, the collector and the store are closed by who opened them. */
  close(): void
}

const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store')
  next()
}

/** The API and the UI over a store, as one express application that opens no port by itself. */
export function createGraphApi(options: GraphApiOptions): GraphApi {
  const { store, version, onFault = () => {} } = options
  const now = options.now ?? (() => Date.now() * 1000)
  const slos = new Slos(store, options.slos ?? [])
  const graphOf = async (span: Span, now_us: number) => {
    const [graph, statuses] = await Promise.all([readGraph(store, span, now_us), slos.at(span.to_us, now_us)])
    return { ...graph, nodes: withSlo(graph.nodes, statuses) }
  }
  const streams = new Streams({
    readGraph: (seconds) => {
      const to_us = now()
      return graphOf({ from_us: to_us - seconds * 1_000_000, to_us }, to_us)
    },
    onCalls: options.onCalls,
    onFault,
    streams_max: options.streams_max,
  })
  const source = {
    store,
    version,
    started: new Date(now() / 1000).toISOString(),
    collectorStatus: options.collectorStatus,
    slos: (at_us: number) => slos.at(at_us, now()),
    now,
  }
  const description = openApi(version)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // The plain parser knows no nested keys, so that a query string can make nothing but texts.
  app.set('query parser', 'simple')
  app.use(securityHeaders, hostGuard(options.hosts ?? []), mutationGuard(options.token))
  app.use('/api/v1', noStore)
  app.get(['/openapi.json', '/api/v1/openapi.json'], (_request, response) => void response.json(description))
  app.get('/api/v1/stream', streams.handler)
  app.use('/api/v1', graphRoutes({ read: (span) => graphOf(span, now()), now }))
  app.use('/api/v1', sloRoutes({ at: source.slos, now }))
  app.use('/api/v1', answerRoutes(source), ownRoutes(source), overTimeRoutes(source))
  app.use('/api/v1', backtestRoutes(source), recommendationRoutes(source))
  app.use('/api/v1', configRoutes(options.control), joinTokenRoutes(options.joinToken))
  const { control, rollouts = NO_ROLLOUTS } = options
  app.use('/api/v1', enforcementRoutes({ store, control, rollouts, now }))
  app.use(unknownMethod, assetRoute(readAssets(options.assets ?? '')), unknownRoute, errorRoute(onFault))
  return { app, close: () => streams.close() }
}
