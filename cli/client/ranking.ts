import type { GraphAnswer, ServiceAnswer, ServicesAnswer } from '../../graph-api/contract.ts'
import type { Api } from './api.ts'

/** What `top` lists: calls of a window, gathered by one key, busiest first. */
export type TopKey = 'edge' | 'route' | 'source' | 'status'

export interface TopRow {
  key: string
  calls: number
  errors: number
  /** Calls per second. */
  rate: number
  /** Share of failed calls, 0..1. */
  error_rate: number
  /** Null where quantiles of the parts can not be joined into one. */
  p50_us: number | null
  p95_us: number | null
  p99_us: number | null
}

/** Services that are asked one by one for their routes or statuses; the busiest come first. */
const SERVICES_MAX = 40

const busiestFirst = (a: TopRow, b: TopRow) => b.calls - a.calls || a.key.localeCompare(b.key)

async function edges(api: Api, from: string, service: string | undefined): Promise<TopRow[]> {
  const graph = await api.get<GraphAnswer>('/api/v1/graph', { from, to: 'now' })
  return graph.edges
    .filter((edge) => service === undefined || edge.destination === service)
    .map((edge) => ({ ...signals(edge), rate: edge.rate, key: `${edge.source} -> ${edge.destination}` }))
}

interface Signals {
  calls: number
  errors: number
  p50_us: number
  p95_us: number
  p99_us: number
}

function signals({ calls, errors, p50_us, p95_us, p99_us }: Signals): Omit<TopRow, 'key' | 'rate'> {
  return { calls, errors, error_rate: calls === 0 ? 0 : errors / calls, p50_us, p95_us, p99_us }
}

async function sources(api: Api, from: string, service: string | undefined): Promise<TopRow[]> {
  const bySource = new Map<string, TopRow>()
  const graph = await api.get<GraphAnswer>('/api/v1/graph', { from, to: 'now' })
  for (const edge of graph.edges) {
    if (service !== undefined && edge.destination !== service) continue
    const known = bySource.get(edge.source)
    if (known === undefined) {
      bySource.set(edge.source, { ...signals(edge), rate: edge.rate, key: edge.source })
      continue
    }
    const calls = known.calls + edge.calls
    const errors = known.errors + edge.errors
    bySource.set(edge.source, {
      ...known,
      calls,
      errors,
      rate: known.rate + edge.rate,
      error_rate: calls === 0 ? 0 : errors / calls,
      p50_us: null,
      p95_us: null,
      p99_us: null,
    })
  }
  return [...bySource.values()]
}

async function answers(api: Api, from: string, service: string | undefined): Promise<ServiceAnswer[]> {
  const window = { from, to: 'now' }
  const one = (name: string) => api.get<ServiceAnswer>(`/api/v1/services/${encodeURIComponent(name)}`, window)
  if (service !== undefined) return [await one(service)]
  const { services } = await api.get<ServicesAnswer>('/api/v1/services', window)
  const asked = services
    .filter((each) => each.calls > 0 && each.kind !== 'caller')
    .sort((a, b) => b.calls - a.calls)
    .slice(0, SERVICES_MAX)
  const found: ServiceAnswer[] = []
  // One after the other: the embedded store answers one query at a time anyway.
  for (const { id } of asked) found.push(await one(id))
  return found
}

async function routes(api: Api, from: string, service: string | undefined): Promise<TopRow[]> {
  return (await answers(api, from, service)).flatMap((answer) =>
    answer.routes.map((row) => ({
      ...signals(row),
      rate: row.calls / answer.window.seconds,
      key: `${answer.service.id} ${row.method} ${row.route}`,
    })),
  )
}

async function statuses(api: Api, from: string, service: string | undefined): Promise<TopRow[]> {
  const failed = new Set(['server_error', 'timeout', 'reset', 'unfinished'])
  return (await answers(api, from, service)).flatMap((answer) =>
    answer.statuses.map((row) => ({
      key: [answer.service.id, row.status || row.outcome, row.response_flags]
        .filter((part) => part !== '')
        .join(' '),
      calls: row.calls,
      errors: failed.has(row.outcome) ? row.calls : 0,
      rate: row.calls / answer.window.seconds,
      error_rate: failed.has(row.outcome) ? 1 : 0,
      p50_us: null,
      p95_us: null,
      p99_us: null,
    })),
  )
}

/** @throws TapmeshError as Api.get */
export async function ranking(api: Api, by: TopKey, from: string, service?: string): Promise<TopRow[]> {
  const ask = { edge: edges, route: routes, source: sources, status: statuses }[by]
  return (await ask(api, from, service)).sort(busiestFirst)
}
