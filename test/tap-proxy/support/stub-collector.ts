import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { zstdDecompressSync } from 'node:zlib'

/** What a stub collector saw of one POST. */
export interface SeenBatch {
  headers: IncomingMessage['headers']
  seq: number
  rows: number
  lines: string[]
}

export type Reply = (response: ServerResponse, batch: SeenBatch) => void

export const accept: Reply = (response, batch) =>
  response.end(JSON.stringify({ accepted: batch.rows, quarantined: 0, duplicate: false }))

export const answer =
  (status: number, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers)
    response.end()
  }

export const hang: Reply = () => {}

/** A stub of the collector's POST /v1/calls: a plain node:http server whose reply a test chooses. */
export async function stubCollector(reply: Reply = accept, port = 0) {
  const seen: SeenBatch[] = []
  const state = { reply }
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/calls') {
      response.writeHead(404).end()
      return
    }
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const raw = Buffer.concat(parts)
    const body = request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(raw) : raw
    const batch: SeenBatch = {
      headers: request.headers,
      seq: Number(request.headers['x-tapmesh-seq']),
      rows: Number(request.headers['x-tapmesh-rows']),
      lines: body.toString().split('\n').slice(0, -1),
    }
    seen.push(batch)
    state.reply(response, batch)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    seen,
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    setReply: (next: Reply) => {
      state.reply = next
    },
    /** Lines of all batches that came, each batch once, as the collector counts them. */
    lines: () => linesOf(seen),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Lines of batches without those that came again: a batch sent twice has the same boot id and number. */
export function linesOf(batches: readonly SeenBatch[]): string[] {
  const once = new Map(batches.map((batch) => [`${batch.headers['x-tapmesh-boot']} ${batch.seq}`, batch]))
  return [...once.values()].flatMap((batch) => batch.lines)
}

/** Polls until the condition holds. @throws after thirty seconds, with the name of what was awaited */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
