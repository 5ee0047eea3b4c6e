import type { Request, RequestHandler, Response } from 'express'
import type { CallRecord } from '../../model/call.ts'
import { TapmeshError } from '../../model/error.ts'
import type { Graph } from '../../model/graph.ts'
import { parseMoment } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { streamParameters } from '../schema/parameters.ts'
import { EventStream } from './event-stream.ts'
import { LiveGraphs, type WatchOptions } from './live-graph.ts'
import { Tail } from './tail.ts'

/** Streams served at a time; each costs a socket and what its reader leaves unread. */
export const STREAMS_MAX = 100
const TICK_MS = 250
const PING_MS = 15_000
const WINDOW_DEFAULT = '15m'

export type CallsSource = (listener: (calls: readonly CallRecord[], skipped: number) => void) => () => void

export interface StreamOptions {
  readGraph: (seconds: number) => Promise<Graph>
  /** Calls as they are accepted; without it the stream only shows graphs. */
  onCalls?: CallsSource | undefined
  onFault: (error: unknown) => void
  streams_max?: number | undefined
  tick_ms?: number | undefined
}

interface Reader {
  stream: EventStream
  tail: Tail | undefined
  pinged_ms: number
  end: () => void
}

/** What one reader wants of the graph; 0 seconds is nothing. */
interface AskedGraph extends WatchOptions {
  seconds: number
}

/** All open streams of one API: one timer and one subscription, and neither while nobody listens. */
export class Streams {
  readonly #options: StreamOptions
  readonly #graphs: LiveGraphs
  readonly #readers = new Set<Reader>()
  #timer: NodeJS.Timeout | undefined
  #unsubscribe: (() => void) | undefined

  constructor(options: StreamOptions) {
    this.#options = options
    this.#graphs = new LiveGraphs(options.readGraph, options.onFault)
  }

  get open(): number {
    return this.#readers.size
  }

  readonly handler: RequestHandler = (request, response) => {
    const {
      window = WINDOW_DEFAULT,
      calls,
      graph,
      deltas,
      after,
      ...filters
    } = check(streamParameters, request.query)
    const seconds = (0 - parseMoment('window', `now-${window}`, 0)) / 1_000_000
    if (seconds < 1 || seconds > 86_400 * 7) {
      throw new TapmeshError(
        'TAPMESH_QUERY_INVALID',
        'parameter window: is not between 1s and 7d',
        'Write 15m.',
      )
    }
    if (request.method === 'HEAD') {
      response.type('text/event-stream').end()
      return
    }
    if (this.#readers.size >= (this.#options.streams_max ?? STREAMS_MAX)) {
      throw new TapmeshError(
        'TAPMESH_STREAMS_BUSY',
        'no more live streams are served at a time',
        'Close another page or `tapmesh tail`, then try again.',
      )
    }
    const last = request.headers['last-event-id']
    this.#add(request, response, calls === '1' ? new Tail(filters) : undefined, {
      seconds: graph === '0' ? 0 : seconds,
      deltas: deltas === '1',
      after: after ?? (typeof last === 'string' ? last : undefined),
    })
  }

  #add(request: Request, response: Response, tail: Tail | undefined, asked: AskedGraph): void {
    const stream = new EventStream(request, response, () => reader.end())
    const unwatch =
      asked.seconds === 0
        ? () => {}
        : this.#graphs.watch(
            asked.seconds,
            (event, json, id) => stream.send(event, json, Date.now(), asked.deltas ? id : undefined),
            asked,
          )
    const reader: Reader = {
      stream,
      tail,
      pinged_ms: 0,
      end: () => {
        unwatch()
        this.#readers.delete(reader)
        if (this.#readers.size === 0) this.#stop()
      },
    }
    this.#readers.add(reader)
    this.#start()
    // A page that opens need not wait for the next turn of the timer.
    void this.#graphs.tick(Date.now())
  }

  #start(): void {
    if (this.#timer) return
    this.#timer = setInterval(() => this.#tick(Date.now()), this.#options.tick_ms ?? TICK_MS)
    this.#timer.unref()
    this.#unsubscribe = this.#options.onCalls?.((calls, skipped) => {
      const now_ms = Date.now()
      this.#graphs.changed(now_ms)
      for (const { tail } of this.#readers) tail?.take(calls, skipped, now_ms)
    })
    this.#tick(Date.now())
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #tick(now_ms: number): void {
    for (const reader of this.#readers) {
      const event = reader.tail?.drain()
      if (event && !reader.stream.send('calls', JSON.stringify(event), now_ms)) reader.tail?.lost(event)
      if (now_ms - reader.pinged_ms < PING_MS) continue
      reader.pinged_ms = now_ms
      reader.stream.send('ping', JSON.stringify({ now: new Date(now_ms).toISOString() }), now_ms)
    }
    void this.#graphs.tick(now_ms)
  }

  /** Ends every stream, so that the server can close. */
  close(): void {
    for (const reader of [...this.#readers]) {
      reader.stream.close()
      reader.end()
    }
    this.#stop()
  }
}
