import { EventEmitter } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { CallsEvent, GraphAnswer } from '../../../graph-api/contract.ts'
import { DELTA_BYTES_MAX, DELTAS_MAX, DeltaLog } from '../../../graph-api/route/delta-log.ts'
import { EventStream, UNREAD_BYTES_MAX } from '../../../graph-api/route/event-stream.ts'
import { graphTag, KEPT_MS, LiveGraphs, QUIET_READ_MS, READ_MS } from '../../../graph-api/route/live-graph.ts'
import { Streams } from '../../../graph-api/route/stream.ts'
import { TAIL_ROWS_PER_SECOND, Tail } from '../../../graph-api/route/tail.ts'
import type { CallRecord } from '../../../model/call.ts'
import type { Graph } from '../../../model/graph.ts'
import { applyDelta, type GraphDelta } from '../../../model/graph-delta.ts'
import type { Store } from '../../../store/store.ts'
import { EMPTY_STORE, NOW, type Served, serveApi } from '../../support/mesh.ts'
import { record } from '../../support/record.ts'

/** Events of one open stream, awaited one by one. */
class Listening {
  readonly #events: { event: string; data: unknown }[] = []
  readonly #arrived = new EventEmitter()
  #text = ''
  response!: IncomingMessage
  /** Of the newest event. */
  id = ''

  async open(url: string): Promise<this> {
    this.response = await new Promise((resolve, reject) => get(url, resolve).on('error', reject))
    this.response.setEncoding('utf8')
    this.response.on('error', () => {})
    this.response.on('data', (chunk: string) => this.#read(chunk))
    this.response.on('close', () => this.#arrived.emit('event'))
    return this
  }

  #read(chunk: string): void {
    this.#text += chunk
    const parts = this.#text.split('\n\n')
    this.#text = parts.pop()!
    for (const part of parts) {
      const [, id, event, data] = /^(?:id: (\S+)\n)?event: (\w+)\ndata: (.*)$/.exec(part)!
      if (id) this.id = id
      this.#events.push({ event: event!, data: JSON.parse(data!) })
    }
    this.#arrived.emit('event')
  }

  /** The next event of that name; others before it are dropped. */
  async next<Data>(name: string): Promise<Data> {
    for (;;) {
      const at = this.#events.findIndex(({ event }) => event === name)
      if (at >= 0) return this.#events.splice(0, at + 1).at(-1)!.data as Data
      if (this.response.destroyed) throw new Error('the stream ended')
      await new Promise((resolve) => this.#arrived.once('event', resolve))
    }
  }

  close(): void {
    this.response.destroy()
  }
}

/** A store that knows a single edge, whose calls a test sets; no database is needed here. */
const edge = { calls: 1 }
const store: Store = {
  ...EMPTY_STORE,
  read: async <Row>(sql: string): Promise<Row[]> =>
    sql.includes('sumMap')
      ? ([
          {
            source: 'a',
            destination: 'b',
            protocol: 'http',
            reporter: 'server',
            calls: edge.calls,
            errors: 0,
            client_errors: 0,
            request_bytes: 0,
            response_bytes: 0,
            traced: 0,
            named: 0,
            evidence: 1,
            source_zones: [],
            destination_zones: [],
            versions: [],
            duration_keys: [160],
            duration_counts: [edge.calls],
            ttfb_keys: [],
            ttfb_counts: [],
          },
        ] as Row[])
      : [],
}

type Listener = (calls: readonly CallRecord[], skipped: number) => void
const listeners = new Set<Listener>()
const emit: Listener = (calls, skipped) => {
  for (const listener of listeners) listener(calls, skipped)
}
let served: Served

beforeAll(async () => {
  served = await serveApi(store, {
    streams_max: 3,
    onCalls: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  })
})

afterAll(() => served.close())

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

test('the graph comes first, and again when something was counted', async () => {
  const stream = await new Listening().open(`${served.url}/api/v1/stream?window=1m`)
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  expect((await stream.next<GraphAnswer>('graph')).edges[0]).toMatchObject({ source: 'a', calls: 1 })
  edge.calls = 2
  emit([], 1)
  expect((await stream.next<GraphAnswer>('graph')).edges[0]).toMatchObject({ calls: 2 })
  stream.close()
  await until(() => listeners.size === 0)
})

test('with deltas only what changed follows, and who comes back gets what was missed', async () => {
  const address = `${served.url}/api/v1/stream?window=2m&deltas=1`
  const stream = await new Listening().open(address)
  const whole = await stream.next<GraphAnswer>('graph')
  const count = async (calls: number, name: string) => {
    edge.calls = calls
    emit([], 1)
    return (name === 'delta' ? stream : again).next<GraphDelta>('delta')
  }
  const first = await count(7, 'delta')
  expect(first.changed.edges).toEqual([expect.objectContaining({ source: 'a', calls: 7 })])
  expect(applyDelta(whole, first).edges[0]!.calls).toBe(7)
  const { id } = stream
  stream.close()
  await until(() => listeners.size === 0)
  const again = await new Listening().open(`${address}&after=${id}`)
  const missed = await count(9, 'again')
  expect([missed.seq, missed.changed.edges[0]!['calls']]).toEqual([first.seq + 1, 9])
  again.close()
  const stranger = await new Listening().open(`${address}&after=other.120.1`)
  expect((await stranger.next<GraphAnswer>('graph')).edges[0]!.calls).toBe(9)
  stranger.close()
  await until(() => listeners.size === 0)
})

test('calls pass the filters, and nobody is asked for calls when nobody listens', async () => {
  expect(listeners.size).toBe(0)
  const stream = await new Listening().open(
    `${served.url}/api/v1/stream?calls=1&graph=0&source=web-api&status=5xx`,
  )
  await stream.next('ping')
  emit(
    [
      record({ status: '200' }),
      record({ status: '503', source: 'other' }),
      record({ status: '503', ts: NOW }),
    ],
    0,
  )
  const event = await stream.next<CallsEvent>('calls')
  expect(event.skipped).toBe(0)
  expect(event.calls.map(({ status, ts }) => [status, ts])).toEqual([['503', '2026-09-21T14:13:20Z']])
  stream.close()
  await until(() => listeners.size === 0)
})

test('streams are bounded', async () => {
  const open = await Promise.all(
    Array.from({ length: 3 }, () => new Listening().open(`${served.url}/api/v1/stream?graph=0`)),
  )
  const refused = await served.get<{ error: { code: string } }>('/api/v1/stream')
  expect([refused.status, refused.body.error.code]).toEqual([503, 'TAPMESH_STREAMS_BUSY'])
  expect(refused.headers.get('retry-after')).toBe('5')
  for (const stream of open) stream.close()
  await until(() => listeners.size === 0)
})

test.each(['window=1y', 'window=30d', 'window=0s', 'calls=2', 'status=5%20x', 'evil=1'])(
  '%s is refused',
  async (query) => {
    expect((await served.get(`/api/v1/stream?${query}`)).status).toBe(400)
  },
)

test('a HEAD opens no stream', async () => {
  const response = await fetch(`${served.url}/api/v1/stream`, { method: 'HEAD' })
  expect([response.status, listeners.size]).toEqual([200, 0])
})

test('a tail shows so many calls a second and counts the rest', () => {
  const tail = new Tail({})
  tail.take(
    Array.from({ length: TAIL_ROWS_PER_SECOND + 50 }, () => record()),
    7,
    1000,
  )
  const event = tail.drain()!
  expect([event.calls.length, event.skipped]).toEqual([TAIL_ROWS_PER_SECOND, 57])
  tail.take([record()], 0, 1999)
  expect(tail.drain()).toEqual({ calls: [], skipped: 1 })
  tail.take([record()], 0, 2000)
  expect(tail.drain()!.calls).toHaveLength(1)
  expect(tail.drain()).toBeUndefined()
  tail.lost(event)
  expect(tail.drain()!.skipped).toBe(TAIL_ROWS_PER_SECOND + 57)
})

const graph = (calls: number, freshness_s = 0): Graph => ({
  window: { from: '', to: String(freshness_s), seconds: 60, covered_seconds: 60 },
  nodes: [],
  edges: [],
  coverage: { calls, taps: 0, lost: 0, quarantined: 0, named_callers: 0, both_sides: 0, freshness_s },
})

test('a window is read once for all its readers, and only as often as it is due', async () => {
  let reads = 0
  let now = 1_000_000
  const graphs = new LiveGraphs(
    async () => graph(1, reads++),
    (error) => expect(error).toBeUndefined(),
  )
  const seen: string[] = []
  const end = [graphs.watch(60, () => seen.push('x') > 0), graphs.watch(60, () => seen.push('y') > 0)]
  await graphs.tick(now)
  expect([reads, seen]).toEqual([1, ['x', 'y']])
  graphs.changed(now)
  now += READ_MS - 1
  await graphs.tick(now)
  expect(reads).toBe(1)
  now += 1
  await graphs.tick(now)
  expect(reads).toBe(2)
  // The window slid, but nothing was counted: no event.
  expect(seen).toEqual(['x', 'y'])
  const late = graphs.watch(60, () => seen.push('z') > 0)
  await graphs.tick(now)
  expect([reads, seen.at(-1)]).toEqual([2, 'z'])
  now += QUIET_READ_MS
  await graphs.tick(now)
  for (const stop of [...end, late]) stop()
  now += QUIET_READ_MS
  await graphs.tick(now)
  expect(reads).toBe(3)
  expect(graphTag(graph(1, 5))).toBe(graphTag(graph(1, 9)))
  expect(graphTag(graph(2))).not.toBe(graphTag(graph(1)))
})

test('a reader that missed a delta gets the whole graph, and a window left long ago is forgotten', async () => {
  let calls = 0
  let now = 1_000_000
  const graphs = new LiveGraphs(
    async () => graph(++calls),
    (error) => expect(error).toBeUndefined(),
  )
  const seen: string[] = []
  let slow = false
  let last = ''
  const end = graphs.watch(
    60,
    (event, _json, id) => {
      seen.push(slow ? `${event} missed` : event)
      last = id
      return !slow
    },
    { deltas: true },
  )
  const next = async () => {
    now += QUIET_READ_MS
    await graphs.tick(now)
  }
  await next()
  await next()
  slow = true
  await next()
  slow = false
  await next()
  expect(seen).toEqual(['graph', 'delta', 'delta missed', 'graph'])
  end()
  now += KEPT_MS + 1
  await graphs.tick(now)
  graphs.watch(60, (event) => seen.push(event) > 0, { deltas: true, after: last })
  await graphs.tick(now)
  expect(seen.at(-1)).toBe('graph')
})

test('deltas are kept by number and bytes, and given up where the whole graph is shorter', () => {
  const log = new DeltaLog()
  const add = (text: string) => log.add((seq) => ({ seq, text }) as never, graph(1))
  log.add(undefined, graph(1))
  add('a')
  expect([log.seq, log.after(1)?.map(({ seq }) => seq), log.after(0)]).toEqual([2, [2], undefined])
  for (let turn = 0; turn < DELTAS_MAX; turn++) add('')
  expect(log.after(1)).toBeUndefined()
  add('x'.repeat(DELTA_BYTES_MAX))
  add('b')
  expect(log.after(log.seq - 1)).toHaveLength(1)
  add('y'.repeat(1000))
  expect(log.after(log.seq - 2)).toBeUndefined()
  expect(JSON.parse(log.whole())).toEqual(graph(1))
})

test('a store that fails is told, and the watch goes on', async () => {
  const faults: unknown[] = []
  let fails = true
  const graphs = new LiveGraphs(
    async () => {
      if (fails) throw new Error('down')
      return graph(1)
    },
    (error) => faults.push(error),
  )
  const seen: string[] = []
  graphs.watch(60, (_event, json) => seen.push(json) > 0)
  await graphs.tick(1_000_000)
  fails = false
  await graphs.tick(1_000_000 + QUIET_READ_MS)
  expect([faults.length, seen.length]).toEqual([1, 1])
})

test('a slow reader misses events and is let go after a while', () => {
  const socket = { setNoDelay: () => {} }
  const response = Object.assign(new EventEmitter(), {
    writableLength: 0,
    destroyed: false,
    written: [] as string[],
    status: () => response,
    setHeader: () => response,
    flushHeaders: () => {},
    write: (text: string) => response.written.push(text),
    destroy: () => {
      response.destroyed = true
    },
  })
  const stream = new EventStream({ socket } as never, response as never, () => {})
  expect(stream.send('graph', '{}', 0)).toBe(true)
  response.writableLength = UNREAD_BYTES_MAX + 1
  expect([stream.send('graph', '{}', 1000), response.destroyed]).toEqual([false, false])
  stream.send('graph', '{}', 40_000)
  expect(response.destroyed).toBe(true)
  expect(response.written).toEqual(['event: graph\ndata: {}\n\n'])
})

test('streams end when the API closes', async () => {
  const own = await serveApi(store)
  const stream = await new Listening().open(`${own.url}/api/v1/stream`)
  await own.close()
  await expect(stream.next('never')).rejects.toThrow('the stream ended')
  expect(new Streams({ readGraph: async () => graph(0), onFault: () => {} }).open).toBe(0)
})
