import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '../../collector/collector.ts'
import type {
  CallsAnswer,
  CallsEvent,
  GraphAnswer,
  StatusAnswer,
  TraceAnswer,
} from '../../graph-api/contract.ts'
import { encodeRows } from '../../model/row.ts'
import { openStore } from '../../store/open.ts'
import { batchHeaders, TOKEN } from '../support/batch.ts'
import { bothSides, serveApi, spanId, traceId } from '../support/mesh.ts'
import { record } from '../support/record.ts'

/** From a tap's batch to the map: the real collector, store and API in one process, as `tapmesh up` mounts them. */
const folder = mkdtempSync(join(tmpdir(), 'tapmesh-e2e-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The first event of that name of a stream, then the stream is left. */
function firstEvent<Data>(url: string, name: string, onOpen: () => void): Promise<Data> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (text === '') onOpen()
        text += chunk
        const [, data] = new RegExp(`event: ${name}\\ndata: (.*)\\n\\n`).exec(text) ?? []
        if (data === undefined) return
        resolve(JSON.parse(data))
        response.destroy()
      })
      response.on('error', () => {})
    }).on('error', reject)
  })
}

test('a batch that the collector accepted is on the stream, in the graph, the calls and the trace', async () => {
  const store = await openStore({ dataFolder: join(folder, 'data') })
  const collector = await createCollector({ store, folder: join(folder, 'wal'), token: TOKEN })
  const { url: collectorUrl } = await collector.listen(0)
  const served = await serveApi(store, {
    now: () => Date.now() * 1000,
    collectorStatus: () => collector.status(),
    onCalls: (listener) => collector.onCalls(listener),
  })
  try {
    const calls = bothSides(
      {
        ts: Date.now() * 1000 - 1_000_000,
        duration_us: 5000,
        trace_id: traceId(7),
        span_id: spanId(7),
        source: 'web-api',
        destination: 'cart',
      },
      600,
    )
    const body = Buffer.from(encodeRows(calls.map((call) => record(call))))
    const send = async (): Promise<void> => {
      const answer = await fetch(`${collectorUrl}/v1/calls`, {
        method: 'POST',
        headers: batchHeaders({ rows: calls.length }),
        body,
      })
      expect(answer.status).toBe(200)
    }
    const sent: Promise<void>[] = []
    const event = await firstEvent<CallsEvent>(
      `${served.url}/api/v1/stream?calls=1&graph=0&destination=cart&reporter=server`,
      'calls',
      () => void sent.push(send()),
    )
    await Promise.all(sent)
    expect(event.calls.map(({ id }) => id)).toEqual([`${spanId(7)}.server`])
    await collector.flush()
    const { body: graph } = await served.get<GraphAnswer>('/api/v1/graph')
    expect(graph.edges).toMatchObject([
      { source: 'web-api', destination: 'cart', calls: 1, other_side_calls: 1 },
    ])
    expect(graph.coverage).toMatchObject({ calls: 1, taps: 1, lost: 0, quarantined: 0, both_sides: 1 })
    const { body: found } = await served.get<CallsAnswer>('/api/v1/calls?reporter=server')
    expect(found.calls).toEqual(event.calls)
    const { body: trace } = await served.get<TraceAnswer>(`/api/v1/traces/${traceId(7)}`)
    expect(trace.spans).toMatchObject([{ duration_us: 5000, network_us: 600 }])
    const { body: status } = await served.get<StatusAnswer>('/api/v1/status')
    expect(status.ingest).toMatchObject({ accepted_rows: 2, pending_rows: 0, last_error: null })
    expect(status.taps).toMatchObject([{ tap: 'orders@test', rows: 2 }])
  } finally {
    await served.close()
    await collector.close()
    await store.close()
  }
})
