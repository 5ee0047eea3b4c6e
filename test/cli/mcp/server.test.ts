import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { createApi } from '../../../cli/client/api.ts'
import { ANSWER_CHARS_MAX } from '../../../cli/mcp/answer.ts'
import { createMcpServer } from '../../../cli/mcp/server.ts'
import type { ApiStub, StubAnswer } from '../../support/api-stub.ts'
import { STUB_WINDOW, startApiStub, stubCall, stubEdge, stubGraph, stubSpan } from '../../support/api-stub.ts'

let stub: ApiStub
let client: Client
afterEach(async () => {
  await client.close()
  await stub.close()
})

async function connect(answers: Record<string, StubAnswer>): Promise<void> {
  stub = await startApiStub(answers)
  client = new Client({ name: 'test', version: '1' })
  const [here, there] = InMemoryTransport.createLinkedPair()
  await createMcpServer(createApi(stub.address), '1.2.3').connect(there)
  await client.connect(here)
}

async function ask(name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args })
  const [first] = result.content as { text: string }[]
  return { text: first!.text, failed: result.isError === true }
}

test('every tool says that it only reads', async () => {
  await connect({})
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['graph', 'services', 'calls', 'trace', 'status'])
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
  expect(client.getInstructions()).toContain('microseconds')
})

test('a large graph is cut to what fits, busiest first, and says how much is left out', async () => {
  const edges = Array.from({ length: 900 }, (_, at) =>
    stubEdge(`caller-${at}`, 'x'.repeat(200), { calls: at }),
  )
  await connect({ '/api/v1/graph': { body: stubGraph(edges) } })
  const { text } = await ask('graph', { from: 'now-1h' })
  expect(text.length).toBeLessThanOrEqual(ANSWER_CHARS_MAX)
  const answer = JSON.parse(text)
  expect(answer.edges[0].source).toBe('caller-899')
  expect(answer.edges_in_all).toBe(900)
  expect(answer.edges.length + answer.left_out).toBe(200)
  expect(stub.asked).toEqual(['/api/v1/graph?from=now-1h'])
})

test('filters go to the API by its names; a bad one is told in words', async () => {
  const page = { window: STUB_WINDOW, calls: [stubCall()], next_cursor: 'more' }
  await connect({ '/api/v1/calls': { body: page } })
  const found = JSON.parse((await ask('calls', { outcome: 'failed', limit: 5, destination: 'catalog' })).text)
  expect(found).toMatchObject({ next_cursor: 'more', calls: [{ status: '500', duration_us: 12_000 }] })
  expect(stub.asked[0]).toBe('/api/v1/calls?destination=catalog&outcome=failed&limit=5')
  expect(await ask('calls', { limit: 5000 })).toMatchObject({ failed: true })
  expect(stub.asked).toHaveLength(1)
})

test('a trace tells who saw what; one that is unknown is an answer, not an end', async () => {
  const id = 'ab'.repeat(16)
  const spans = [stubSpan(), stubSpan({ server: null, network_us: null })]
  const trace = { trace_id: id, start: '', duration_us: 1, services: [], spans, gaps: [], skew_us: 0 }
  await connect({ [`/api/v1/traces/${id}`]: { body: trace } })
  const answer = JSON.parse((await ask('trace', { trace_id: id.toUpperCase() })).text)
  expect(answer.spans.map((span: { seen_by: string }) => span.seen_by)).toEqual(['both', 'caller'])
  const unknown = await ask('trace', { trace_id: '0'.repeat(32) })
  expect(unknown).toMatchObject({ failed: true, text: expect.stringContaining('TAPMESH_NOT_FOUND') })
  expect((await ask('services', { service: 'no/body' })).failed).toBe(true)
  expect(stub.asked.at(-1)).toBe('/api/v1/services/no%2Fbody')
})
