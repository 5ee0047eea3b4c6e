import { TapmeshError } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'
import type { ServiceAnswer } from '../contract.ts'
import { edgeOf } from '../enrich/edge.ts'
import { nodesOf } from '../enrich/node.ts'
import { readChanges } from '../query/changes.ts'
import { readInstances, readStatuses, readTaps } from '../query/detail.ts'
import { readEdges } from '../query/edges.ts'
import { storedForm } from '../query/filter.ts'
import { readFirstCall } from '../query/first-call.ts'
import { graphWindow, planWindow } from '../query/plan.ts'
import { oneReporter } from '../query/reporter.ts'
import { readRoutes } from '../query/routes.ts'
import { readSeries } from '../query/series.ts'
import { readVersions } from '../query/versions.ts'
import type { Span } from '../query/window.ts'

/** @throws TapmeshError TAPMESH_NOT_FOUND */
export function notFound(what: string, hint: string): TapmeshError {
  return new TapmeshError('TAPMESH_NOT_FOUND', `${what} had no calls in that window`, hint)
}

/**
 * One service: what it answers (series, routes, statuses, instances), who calls it and whom it calls.
 * A service that is never called shows the calls it makes.
 * @throws TapmeshError TAPMESH_NOT_FOUND where it had no calls in the window, TAPMESH_STORE_UNAVAILABLE
 */
export async function readService(
  store: Store,
  span: Span,
  now_us: number,
  name: string,
): Promise<ServiceAnswer> {
  const service = storedForm(name)
  const plan = planWindow(span, now_us)
  const reported = oneReporter(await readEdges(store, plan.slices, { service }))
  const first_us = await readFirstCall(store)
  const window = graphWindow(plan.span, first_us)
  const node = nodesOf(reported, window.covered_seconds).find((candidate) => candidate.id === service)
  if (!node)
    throw notFound(`service ${service}`, 'GET /api/v1/services lists what is known; or widen the window.')
  const inbound = reported.filter(({ chosen }) => chosen.destination === service)
  const outbound = reported.filter(({ chosen }) => chosen.source === service)
  const own = (inbound.length > 0 ? inbound : outbound).map(({ chosen }) => chosen)
  const [series, routes, statuses, versions, changes, instances, taps] = await Promise.all([
    readSeries(store, plan.span, now_us, own),
    readRoutes(store, plan.span, now_us, own, first_us),
    readStatuses(store, plan.span, own),
    readVersions(
      store,
      plan.slices,
      window.covered_seconds,
      inbound.map(({ chosen }) => chosen),
    ),
    readChanges(store, plan.span, now_us, service),
    readInstances(
      store,
      plan.span,
      inbound.map(({ chosen }) => chosen),
    ),
    readTaps(store, plan.span, service),
  ])
  return {
    window,
    service: node,
    callers: inbound.map((edge) => edgeOf(edge, window.covered_seconds)),
    dependencies: outbound.map((edge) => edgeOf(edge, window.covered_seconds)),
    series,
    routes,
    statuses,
    versions,
    changes,
    instances,
    taps,
  }
}
