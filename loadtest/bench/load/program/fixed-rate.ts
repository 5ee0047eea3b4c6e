/**
 * Calls at a fixed rate over keep-alive connections. Each latency counts from the time the call was
 * due, also where it had to wait for a free connection, so that a stall is seen by every call it
 * holds up (no coordinated omission). Prints one line of JSON: FixedRateOutcome.
 * Arguments: port, calls per second, connections, seconds, path.
 */
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { percentile } from '../../round/statistics.ts'

const [port, rate, connections, seconds] = process.argv.slice(2, 6).map(Number) as [
  number,
  number,
  number,
  number,
]
const request = Buffer.from(`GET ${process.argv[6]} HTTP/1.1\r\nHost: bench.local\r\n\r\n`)
const calls = rate * seconds

const latencies = new Float64Array(calls)
const free: Connection[] = []
const waiting: number[] = []
let answered = 0
let errors = 0
let start = 0

/** A connection with at most one call in flight; it knows an answer's length after the first. */
class Connection {
  readonly socket: Socket
  #due = 0
  #got = 0
  #length = 0

  constructor() {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(65_536),
        callback: (bytes, buffer) => {
          this.#read(bytes, buffer)
          return true
        },
      },
    })
    this.socket.on('error', () => {
      errors++
    })
  }

  call(due: number): void {
    this.#due = due
    this.#got = 0
    this.socket.write(request)
  }

  #read(bytes: number, buffer: Uint8Array): void {
    if (this.#got === 0) this.#length = answerLength(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
    this.#got += bytes
    if (this.#got < this.#length) return
    latencies[answered++] = now() - this.#due
    if (answered === calls) report()
    free.push(this)
    const next = waiting.shift()
    if (next !== undefined) free.shift()!.call(next)
  }
}

/** Head and body by Content-Length; every answer of the backend comes with one, its head in one piece. */
function answerLength(chunk: Buffer): number {
  const head = chunk.indexOf('\r\n\r\n') + 4
  const length = /^content-length: ([0-9]+)/im.exec(chunk.toString('latin1', 0, head))
  if (!chunk.toString('latin1', 9, 12).startsWith('2')) errors++
  return head + Number(length?.[1] ?? 0)
}

/** Milliseconds on the clock that the pacer shares. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

function send(call: number): void {
  const due = start + (call * 1000) / rate
  const connection = free.shift()
  if (connection) connection.call(due)
  else waiting.push(due)
}

async function follow(counter: Int32Array): Promise<void> {
  for (let sent = 0; sent < calls; ) {
    const wait = Atomics.waitAsync(counter, 0, sent)
    if (wait.async) await wait.value
    const due = Atomics.load(counter, 0)
    while (sent < due) send(sent++)
  }
}

function report(): void {
  const ended = now()
  // The first tenth warms up the connections and is left out.
  const counted = latencies.subarray(Math.floor(answered / 10), answered).sort()
  console.log(
    JSON.stringify({
      calls: answered,
      errors: errors + calls - answered,
      seconds: (ended - start) / 1000,
      p50_us: percentile(counted, 0.5) * 1000,
      p99_us: percentile(counted, 0.99) * 1000,
    }),
  )
  process.exit(0)
}

/** Answers still missing so long after the last call count as errors. */
const LAST_ANSWERS_MS = 3_000
for (let index = 0; index < connections; index++) {
  const connection = new Connection()
  connection.socket.once('connect', () => {
    free.push(connection)
    if (free.length === connections) begin()
  })
}

function begin(): void {
  const counter = new Int32Array(new SharedArrayBuffer(4))
  start = now() + 100
  const pacer = new Worker(new URL('./pacer.ts', import.meta.url), {
    workerData: { counter, rate, calls, start },
  })
  pacer.unref()
  void follow(counter).then(() => setTimeout(report, LAST_ANSWERS_MS))
}
