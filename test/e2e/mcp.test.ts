import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { traceId } from '../support/mesh.ts'
import { shopMesh } from '../support/shop-mesh.ts'

/** `tapmesh mcp` as a real process, asked by the protocol's own client, over a real store. */

const clients: Client[] = []

afterAll(async () => {
  for (const client of clients) await client.close()
})
// Closed after the clients that ask it.
const mesh = shopMesh()

async function connect(api: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const main = join(import.meta.dirname, '../../cli/main.ts')
  const args = [main, 'mcp', '--api', api]
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'pipe' }))
  clients.push(client)
  return client
}

async function ask(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args })
  return { text: (result.content as { text: string }[])[0]!.text, failed: result.isError === true }
}

test('every tool answers from the store', async () => {
  const client = await connect(mesh.served.url)
  const graph = JSON.parse((await ask(client, 'graph')).text)
  expect(graph.edges).toHaveLength(6)
  expect(graph.edges_in_all).toBe(6)
  const services = JSON.parse((await ask(client, 'services')).text)
  expect(services.services.map(({ service }: { service: string }) => service)).toContain('cart')
  const cart = JSON.parse((await ask(client, 'services', { service: 'cart' })).text)
  expect(cart).toMatchObject({ service: 'cart', calls: 105, dependencies: [{ calls: 40 }] })
  const failed = JSON.parse((await ask(client, 'calls', { outcome: 'failed', reporter: 'server' })).text)
  expect(failed.calls.length).toBeGreaterThan(0)
  for (const call of failed.calls) expect(call).toMatchObject({ status: '500', reporter: 'server' })
  const trace = JSON.parse((await ask(client, 'trace', { trace_id: traceId(300) })).text)
  expect(trace.spans).toHaveLength(1)
  expect(JSON.parse((await ask(client, 'status')).text).store.ok).toBe(true)
})

test('where nothing runs, every tool says so and what to do, and the server stays', async () => {
  const client = await connect('http://127.0.0.1:1')
  for (const name of ['graph', 'services', 'calls', 'status']) {
    expect(await ask(client, name)).toMatchObject({
      failed: true,
      text: expect.stringMatching(/no tapmesh API answers at http:\/\/127\.0\.0\.1:1.*\n.*tapmesh up/),
    })
  }
})
