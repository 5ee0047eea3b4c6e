import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'

/** `tapmesh mcp`: the protocol speaks over standard input and output, so nothing else is written there. */

/** An assistant starts it from a folder of its own, where only a whole path leads here. */
const PROGRAM = join(import.meta.dirname, '..', 'tapmesh.mjs')

export function mcpCommand(terminal: Terminal): Command {
  return new Command('mcp')
    .description('answers an assistant about the mesh: a read-only MCP server over stdin and stdout')
    .option('--api <address>', 'address of the API (default: TAPMESH_API, else http://127.0.0.1:7400)')
    .addHelpText(
      'after',
      `
Tools: graph, services, calls, trace, status. docs/mcp.md shows how to register it.

Example:
  {"mcpServers": {"tapmesh": {"command": "node", "args": [${JSON.stringify(PROGRAM)}, "mcp", "--api", "http://127.0.0.1:7400"]}}}`,
    )
    .action((options: { api?: string }) => run(terminal, options.api))
}

async function run(terminal: Terminal, address: string | undefined): Promise<void> {
  const api = apiOf(terminal, address)
  // The protocol's library is loaded by this command alone: it would slow every other one down.
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js')
  const { createMcpServer } = await import('../mcp/server.ts')
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  const server = createMcpServer(api, version)
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve
  })
  const end = () => void server.close()
  process.stdin.once('end', end)
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  await server.connect(new StdioServerTransport())
  await closed
}
