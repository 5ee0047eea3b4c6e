/**
 * Sends batches of realistic rows as taps do (POST /v1/calls, zstd), at a fixed rate or as fast as
 * they are taken. Prints one line of JSON: SenderOutcome.
 * Arguments: collector's address, token, rows per second (0 is as many as it takes), seconds.
 */
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { constants, zstdCompressSync } from 'node:zlib'
import { BLOCK_CONTENT_TYPE } from '../../../model/block-writer.ts'
import type { CallRecord } from '../../../model/call.ts'
import { encodeRows } from '../../../model/row.ts'
import { DEMO_TRAFFIC, Traffic } from '../traffic/traffic.ts'

const [url, token] = process.argv.slice(2, 4) as [string, string]
const [rate, seconds] = process.argv.slice(4, 6).map(Number) as [number, number]

/** Taps that send, each once a second at a fixed rate. */
const TAPS = 8
const BATCH_ROWS_AT_FULL_SPEED = 5_000
const BATCHES_READY = 24
/** Rows of one moment: traces start this far apart. */
const TRACE_STEP_US = 100

const agent = new Agent({ keepAlive: true, maxSockets: TAPS })
const traffic = new Traffic(DEMO_TRAFFIC)
const outcome = { sent: 0, accepted: 0, quarantined: 0, refused: 0, seconds: 0, batch_p50_ms: 0 }
const batch_ms: number[] = []

interface Batch {
  rows: number
  bytes: number
  body: Buffer
}

function batchOf(rows: number): Batch {
  const records: CallRecord[] = []
  for (let ts = Date.now() * 1000 - 1_000_000; records.length < rows; ts += TRACE_STEP_US)
    records.push(...traffic.trace(ts))
  const bytes = encodeRows(records)
  const body = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  return { rows: records.length, bytes: bytes.length, body }
}

class Sender {
  readonly #boot = randomBytes(8).toString('hex')
  readonly #name: string
  #seq = 0

  constructor(index: number) {
    this.#name = `bench-${index}`
  }

  /** Sends until it is taken, as a tap would. */
  async send(batch: Batch): Promise<void> {
    const seq = ++this.#seq
    outcome.sent += batch.rows
    const began = performance.now()
    for (;;) {
      const { status, text } = await this.#post(seq, batch)
      if (status === 200) {
        const answer = JSON.parse(text) as { accepted: number; quarantined: number }
        outcome.accepted += answer.accepted
        outcome.quarantined += answer.quarantined
        batch_ms.push(performance.now() - began)
        return
      }
      outcome.refused++
      if (status !== 429 && status !== 503) throw new Error(`the collector answered ${status}: ${text}`)
      await pause(100)
    }
  }

  #post(seq: number, { rows, bytes, body }: Batch): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        `${url}/v1/calls`,
        {
          method: 'POST',
          agent,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': BLOCK_CONTENT_TYPE,
            'content-encoding': 'zstd',
            'content-length': body.length,
            'x-tapmesh-tap': this.#name,
            'x-tapmesh-service': this.#name,
            'x-tapmesh-version': 'bench',
            'x-tapmesh-boot': this.#boot,
            'x-tapmesh-seq': seq,
            'x-tapmesh-rows': rows,
            'x-tapmesh-bytes': bytes,
            'x-tapmesh-now': Date.now() * 1000,
            'x-tapmesh-dropped': '',
          },
        },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => {
            text += chunk
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
  }
}

async function atRate(sender: Sender, index: number, start: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    const due = start + second * 1000 + (index * 1000) / TAPS
    await pause(Math.max(0, due - performance.now()))
    await sender.send(batchOf(Math.round(rate / TAPS)))
  }
}

async function atFullSpeed(
  sender: Sender,
  ready: readonly Batch[],
  index: number,
  start: number,
): Promise<void> {
  for (let turn = index; performance.now() - start < seconds * 1000; turn++) {
    await sender.send(ready[turn % ready.length]!)
  }
}

const senders = Array.from({ length: TAPS }, (_, index) => new Sender(index))
const ready = rate === 0 ? Array.from({ length: BATCHES_READY }, () => batchOf(BATCH_ROWS_AT_FULL_SPEED)) : []
const start = performance.now()
await Promise.all(
  senders.map((sender, index) =>
    rate === 0 ? atFullSpeed(sender, ready, index, start) : atRate(sender, index, start),
  ),
)
outcome.seconds = (performance.now() - start) / 1000
outcome.batch_p50_ms = batch_ms.sort((left, right) => left - right)[batch_ms.length >> 1] ?? 0
console.log(JSON.stringify(outcome))
agent.destroy()
