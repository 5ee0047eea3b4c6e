import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service of the test behind a tap. */
export async function startBackend(listener: RequestListener = (_, response) => response.end('hello')) {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    address: `127.0.0.1:${port}`,
    server,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export interface CallResult {
  /** 0 where no answer came. */
  status: number
  error: string
  body: string
}

/** One call; failures are results. */
export function call(
  port: number,
  path = '/',
  options: { agent?: Agent; method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<CallResult> {
  return new Promise((resolve) => {
    const { agent, method = 'GET', headers = {}, body } = options
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, agent: agent ?? false },
      (answer) => {
        let text = ''
        answer.on('data', (part: Buffer) => {
          text += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, error: '', body: text }))
        answer.on('error', (error) => resolve({ status: 0, error: error.message, body: text }))
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: 0, error: error.code ?? error.message, body: '' }),
    )
    sent.end(body)
  })
}

/** Calls without pause from some workers until told to stop. @returns all results */
export function callSteadily(port: number, workers = 4, path = '/steady') {
  const agent = new Agent({ keepAlive: true, maxSockets: workers })
  const results: CallResult[] = []
  let going = true
  const work = async () => {
    while (going) results.push(await call(port, path, { agent }))
  }
  const done = Promise.all(Array.from({ length: workers }, work))
  return {
    results,
    failed: () => results.filter((result) => result.status !== 200),
    stop: async () => {
      going = false
      await done
      agent.destroy()
      return results
    },
  }
}
