import { Ajv2020 } from 'ajv/dist/2020.js'
import { servicesAnswer } from '../../../graph-api/schema/answers.ts'
import { check } from '../../../graph-api/schema/check.ts'
import { graphWindow } from '../../../graph-api/schema/graph.ts'
import { COMPONENTS, OPERATIONS, openApi } from '../../../graph-api/schema/openapi.ts'
import { callsParameters } from '../../../graph-api/schema/parameters.ts'
import { spanId, TOKEN, traceId } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'
import { shopMesh } from '../../support/shop-mesh.ts'

const mesh = shopMesh()

interface Operation {
  responses: Record<string, { content: Record<string, { schema: { $ref?: string } }> }>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

async function served_document(): Promise<{
  document: Document
  validator: (name: string) => (value: unknown) => unknown
}> {
  const { body: document } = await mesh.served.get<Document>('/openapi.json')
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  return {
    document,
    validator: (name) => {
      const validate = ajv.compile(document.components.schemas[name]!)
      return (value) => (validate(value) ? true : validate.errors)
    },
  }
}

/** A request for every operation that answers 200. */
const ASKS: Record<string, string> = {
  '/api/v1/services/{service}': '/api/v1/services/cart',
  '/api/v1/edges/{source}/{destination}': '/api/v1/edges/web-api/cart',
  '/api/v1/calls': '/api/v1/calls?limit=50',
  '/api/v1/traces/{trace}': `/api/v1/traces/${traceId(300)}`,
  '/api/v1/positions/{view}': '/api/v1/positions/map',
  '/api/v1/paths': '/api/v1/paths?through=cart',
  '/api/v1/recommendations': '/api/v1/recommendations?service=cart&from=now-15m',
  '/api/v1/evidence': '/api/v1/evidence?service=cart&feature=mtls',
}

test('every answer keeps to the description that is served', async () => {
  const { document, validator } = await served_document()
  const set = {
    document: policyText('  cart: { mtls: { mode: dry-run, policy: strict } }\n'),
    reason: 'a try',
  }
  const { revision } = await mesh.served.control.set(set)
  const { body } = await mesh.served.get<{ calls: { id: string }[] }>('/api/v1/calls?limit=1')
  const asks: Record<string, string> = {
    ...ASKS,
    '/api/v1/config/{revision}': `/api/v1/config/${revision}`,
    '/api/v1/calls/{call}/why': `/api/v1/calls/${body.calls[0]!.id}/why`,
  }
  for (const [path, methods] of Object.entries(document.paths)) {
    // What changes something, or takes a body, is asked below.
    if (methods['get'] === undefined) continue
    const [type, content] = Object.entries(methods['get'].responses['200']!.content)[0]!
    if (type === 'text/event-stream') continue
    const response = await fetch(mesh.served.url + (asks[path] ?? path))
    expect([path, response.status]).toEqual([path, 200])
    expect(response.headers.get('content-type')).toContain(type)
    const name = content.schema.$ref?.split('/').at(-1)
    if (!name) continue
    const answer: unknown = await response.json()
    expect([path, validator(name)(answer)]).toEqual([path, true])
    expect(COMPONENTS[name as keyof typeof COMPONENTS].parse(answer)).toEqual(answer)
  }
})

test('errors and changes keep to it too', async () => {
  const { validator } = await served_document()
  for (const path of ['/api/v1/graph?from=x', '/api/v1/nothing', '/api/v1/services/nobody']) {
    expect(validator('Error')((await mesh.served.get(path)).body)).toBe(true)
  }
  const put = await fetch(`${mesh.served.url}/api/v1/positions/map`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: '{"cart":{"x":1,"y":2}}',
  })
  expect(validator('Positions')(await put.json())).toBe(true)
  const post = await fetch(`${mesh.served.url}/api/v1/backtest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      policy: policyText(`  cart:
    retries: { mode: dry-run }
    outlierDetection: { mode: dry-run }
    authorization: { mode: dry-run, default: deny }
`),
      from: 'now-15m',
    }),
  })
  expect(validator('Backtest')(await post.json())).toBe(true)
})

test('the description would notice a wrong answer', async () => {
  const { validator } = await served_document()
  const { body } = await mesh.served.get<Record<string, unknown>>('/api/v1/graph')
  expect(validator('Graph')({ ...body, more: 1 })).not.toBe(true)
  expect(validator('Graph')({ ...body, nodes: [{ id: 'x' }] })).not.toBe(true)
})

test('every operation and parameter is described', () => {
  const document = openApi('1.2.3') as unknown as Document & { info: { version: string } }
  expect(document.openapi).toBe('3.1.0')
  expect(document.info.version).toBe('1.2.3')
  expect(Object.keys(document.paths).sort()).toEqual([...new Set(OPERATIONS.map(({ path }) => path))].sort())
  const calls = document.paths['/api/v1/calls']!['get'] as unknown as {
    parameters: { name: string; description: string }[]
  }
  expect(calls.parameters.map(({ name }) => name)).toEqual(Object.keys(callsParameters.shape))
  for (const { name, description } of calls.parameters)
    expect([name, description]).toEqual([name, expect.stringMatching(/\.$/)])
})

test('a form names what is wrong in words', () => {
  expect(() => check(callsParameters, { limit: '0' })).toThrow('parameter limit: is at least 1')
  expect(() => check(callsParameters, { limit: '1001' })).toThrow(/^parameter limit: /)
  expect(() => check(callsParameters, { trace_id: 'x' })).toThrow('parameter trace_id: is not 32 hex digits')
  expect(() => check(callsParameters, { status: '5x x' })).toThrow(/^parameter status: /)
  expect(() => check(callsParameters, { from: ['a', 'b'] })).toThrow(/^parameter from: /)
  expect(graphWindow.safeParse({}).success || servicesAnswer.safeParse({}).success).toBe(false)
  expect(spanId(1)).toHaveLength(16)
})
