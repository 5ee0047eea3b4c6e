import { z } from 'zod'
import * as answers from './answers.ts'
import { backtestAnswer, backtestBody, recommendationAnswer, recommendationParameters } from './backtest.ts'
import * as config from './config.ts'
import { CONFIG_OPERATIONS } from './config-operations.ts'
import * as enforcement from './enforcement.ts'
import { ENFORCEMENT_OPERATIONS } from './enforcement-operations.ts'
import * as graphs from './graph.ts'
import { JOIN_TOKEN_OPERATIONS, joinTokenAnswer } from './join-token.ts'
import type { Operation } from './operation.ts'
import * as overTime from './over-time.ts'
import * as parameters from './parameters.ts'
import { slosAnswer } from './slo.ts'

/** The API's description, OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), made from the forms that check requests and, in the tests, answers. */

export const COMPONENTS = {
  Graph: graphs.graph,
  GraphSeries: overTime.graphSeriesAnswer,
  Paths: overTime.pathsAnswer,
  Services: answers.servicesAnswer,
  Service: answers.serviceAnswer,
  Edge: answers.edgeAnswer,
  Calls: answers.callsAnswer,
  CallsOverTime: answers.callsOverTimeAnswer,
  Top: answers.topAnswer,
  Trace: answers.traceAnswer,
  Slos: slosAnswer,
  Status: answers.statusAnswer,
  Backtest: backtestAnswer,
  Recommendation: recommendationAnswer,
  Positions: answers.positionsAnswer,
  Config: config.configAnswer,
  ConfigChanged: config.configChanged,
  ConfigHistory: config.configHistoryAnswer,
  ConfigRevision: config.configRevisionAnswer,
  Audit: config.auditAnswer,
  Enforcement: enforcement.enforcementAnswer,
  Evidence: enforcement.evidenceAnswer,
  Policies: enforcement.policiesAnswer,
  Why: enforcement.whyAnswer,
  JoinToken: joinTokenAnswer,
  Error: answers.errorAnswer,
} as const

const json = (name: keyof typeof COMPONENTS) => ({ 'application/json': name })
const { windowParameters, pictureParameters, noParameters, serviceName, viewName, traceId } = parameters

export const OPERATIONS: readonly Operation[] = [
  {
    path: '/api/v1/graph',
    method: 'get',
    summary: 'The service graph of a window.',
    query: parameters.graphParameters,
    answer: json('Graph'),
  },
  {
    path: '/api/v1/graph.json',
    method: 'get',
    summary: 'The same as a file.',
    query: parameters.graphParameters,
    answer: json('Graph'),
  },
  {
    path: '/api/v1/graph.dot',
    method: 'get',
    summary: 'The graph for Graphviz.',
    query: parameters.graphParameters,
    answer: { 'text/vnd.graphviz': 'text' },
  },
  {
    path: '/api/v1/graph.mmd',
    method: 'get',
    summary: 'The graph as a Mermaid flowchart.',
    query: parameters.graphParameters,
    answer: { 'text/vnd.mermaid': 'text' },
  },
  {
    path: '/api/v1/graph.csv',
    method: 'get',
    summary: 'The edges, one a line.',
    query: parameters.graphParameters,
    answer: { 'text/csv': 'text' },
  },
  {
    path: '/api/v1/graph.svg',
    method: 'get',
    summary: 'The map as a picture.',
    query: pictureParameters,
    answer: { 'image/svg+xml': 'text' },
  },
  {
    path: '/api/v1/graph/series',
    method: 'get',
    summary: 'The graph over time: calls, errors and p95 of every edge in each step.',
    query: overTime.graphSeriesParameters,
    answer: json('GraphSeries'),
  },
  {
    path: '/api/v1/paths',
    method: 'get',
    summary: 'Ways through a service that traces of the window prove.',
    query: overTime.pathsParameters,
    answer: json('Paths'),
  },
  {
    path: '/api/v1/services',
    method: 'get',
    summary: 'Services with their golden signals.',
    query: windowParameters,
    answer: json('Services'),
  },
  {
    path: '/api/v1/services/{service}',
    method: 'get',
    summary: 'One service: callers, dependencies, series, routes, instances.',
    names: { service: serviceName },
    query: windowParameters,
    answer: json('Service'),
  },
  {
    path: '/api/v1/edges/{source}/{destination}',
    method: 'get',
    summary: 'The calls from one service to another, from both sides.',
    names: { source: serviceName, destination: serviceName },
    query: windowParameters,
    answer: json('Edge'),
  },
  {
    path: '/api/v1/calls',
    method: 'get',
    summary: 'Calls, newest first, by filters, in pages.',
    query: parameters.callsParameters,
    answer: json('Calls'),
  },
  {
    path: '/api/v1/calls-over-time',
    method: 'get',
    summary: 'How many calls match the filters, over time.',
    query: parameters.callsOverTimeParameters,
    answer: json('CallsOverTime'),
  },
  {
    path: '/api/v1/top',
    method: 'get',
    summary: 'The busiest edges, callers, services, routes or statuses.',
    query: parameters.topParameters,
    answer: json('Top'),
  },
  {
    path: '/api/v1/traces/{trace}',
    method: 'get',
    summary: 'One trace as a waterfall.',
    names: { trace: traceId },
    query: noParameters,
    answer: json('Trace'),
  },
  {
    path: '/api/v1/stream',
    method: 'get',
    summary: 'Server-sent events: graph, calls, ping.',
    query: parameters.streamParameters,
    answer: { 'text/event-stream': 'text' },
  },
  {
    path: '/api/v1/slos',
    method: 'get',
    summary: 'Objectives of the configuration with burn and what is left of their budgets.',
    query: parameters.momentParameters,
    answer: json('Slos'),
  },
  {
    path: '/api/v1/status',
    method: 'get',
    summary: 'Store, ingest and taps.',
    query: noParameters,
    answer: json('Status'),
  },
  {
    path: '/api/v1/positions/{view}',
    method: 'get',
    summary: 'Where people dragged nodes.',
    names: { view: viewName },
    query: noParameters,
    answer: json('Positions'),
  },
  {
    path: '/api/v1/positions/{view}',
    method: 'put',
    summary: 'Stores positions; needs the token.',
    names: { view: viewName },
    query: noParameters,
    body: parameters.positionsBody,
    answer: json('Positions'),
  },
  {
    path: '/api/v1/backtest',
    method: 'post',
    summary: 'What a policy would have done to recorded calls; enforces nothing, needs the token.',
    query: noParameters,
    body: backtestBody,
    answer: json('Backtest'),
  },
  {
    path: '/api/v1/recommendations',
    method: 'get',
    summary: 'Least privilege for one service, proposed from recorded calls; never applied by itself.',
    query: recommendationParameters,
    answer: json('Recommendation'),
  },
  ...CONFIG_OPERATIONS,
  ...JOIN_TOKEN_OPERATIONS,
  ...ENFORCEMENT_OPERATIONS,
]

type JsonObject = Record<string, unknown>

function inputSchema(form: z.ZodType): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(form, { io: 'input' }) as JsonObject
  return schema
}

function parametersOf({ names, query }: Operation): JsonObject[] {
  const inPath = Object.entries(names ?? {}).map(([name, form]) => ({
    name,
    in: 'path',
    required: true,
    schema: inputSchema(form),
  }))
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, form]) => {
    const { description, ...schema } = inputSchema(form as z.ZodType)
    return {
      name,
      in: 'query',
      required: !(form as z.ZodType).safeParse(undefined).success,
      ...(description ? { description } : {}),
      schema,
    }
  })
  return [...inPath, ...inQuery]
}

function operation(entry: Operation): JsonObject {
  const content = Object.fromEntries(
    Object.entries(entry.answer).map(([type, name]) => [
      type,
      { schema: name === 'text' ? { type: 'string' } : { $ref: `#/components/schemas/${name}` } },
    ]),
  )
  const error = {
    description: 'An error.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
  return {
    summary: entry.summary,
    parameters: parametersOf(entry),
    ...(entry.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: inputSchema(entry.body) } },
          },
          security: [{ token: [] }],
        }
      : {}),
    responses: { 200: { description: 'Done.', content }, default: error },
  }
}

/** The whole document. @param version of tapmesh */
export function openApi(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const entry of OPERATIONS) {
    const own = paths[entry.path] ?? {}
    own[entry.method] = operation(entry)
    paths[entry.path] = own
  }
  const schemas = Object.fromEntries(
    Object.entries(COMPONENTS).map(([name, form]) => {
      const { $schema: _dialect, ...schema } = z.toJSONSchema(form, { io: 'output' }) as JsonObject
      return [name, schema]
    }),
  )
  return {
    openapi: '3.1.0',
    info: { title: 'tapmesh', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}
