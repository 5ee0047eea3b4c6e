import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { zstdDecompressSync } from 'node:zlib'
import { readBlocks } from '../../../model/block-reader.ts'
import type { CallRecord } from '../../../model/call.ts'

/** What a stub collector saw of one POST. */
export interface SeenBatch {
  headers: IncomingMessage['headers']
  seq: number
  rows: number
  records: CallRecord[]
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
      records: recordsIn(body),
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
    /** Records of all batches that came, each batch once, as the collector counts them. */
    records: () => recordsOf(seen),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Every row of a body; throws where one is bad. */
export function recordsIn(body: Buffer): CallRecord[] {
  return readBlocks(body).flatMap((block) => {
    if (block.faults.size > 0) throw new Error([...block.faults.values()].join(', '))
    return Array.from({ length: block.rows }, (_, row) => block.record(row))
  })
}

/**
 * Records of batches without those that came again: a batch sent twice has the same boot id and number.
 * A heartbeat has the number of the batch before it, and no records.
 */
export function recordsOf(batches: readonly SeenBatch[]): CallRecord[] {
  const filled = batches.filter(({ rows }) => rows > 0)
  const once = new Map(filled.map((batch) => [`${batch.headers['x-tapmesh-boot']} ${batch.seq}`, batch]))
  return [...once.values()].flatMap((batch) => batch.records)
}

/** Polls until the condition holds. @throws after thirty seconds, with the name of what was awaited */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
