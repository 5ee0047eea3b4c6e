/**
 * Sends spans of realistic traffic as OpenTelemetry's batch processors do (512 a request, protobuf,
 * gzip), as fast as they are taken. Prints one line of JSON: OtlpOutcome.
 * Arguments: collector's address, token, seconds.
 */
import { Agent, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { CallRecord } from '../../../model/call.ts'
import { otlpRequest } from '../traffic/otlp-request.ts'
import { DEMO_TRAFFIC, Traffic } from '../traffic/traffic.ts'

const [url, token] = process.argv.slice(2, 4) as [string, string]
const seconds = Number(process.argv[4])

const SENDERS = 8
const SPANS_A_REQUEST = 512
const REQUESTS_READY = 64
const TRACE_STEP_US = 100

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
const traffic = new Traffic(DEMO_TRAFFIC)
const outcome = { spans: 0, refused: 0, seconds: 0 }

/** Requests made before, each of another service. */
function prepare(): Buffer[] {
  const calls: CallRecord[] = []
  let ts = Date.now() * 1000 - 10_000_000
  for (; calls.length < SPANS_A_REQUEST * REQUESTS_READY; ts += TRACE_STEP_US)
    calls.push(...traffic.trace(ts))
  return Array.from({ length: REQUESTS_READY }, (_, index) => {
    const own = calls.slice(index * SPANS_A_REQUEST, (index + 1) * SPANS_A_REQUEST)
    return gzipSync(otlpRequest(`service-${index % DEMO_TRAFFIC.services}`, own))
  })
}

function post(body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/v1/traces`,
      {
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/x-protobuf',
          'content-encoding': 'gzip',
          'content-length': body.length,
        },
      },
      (answer) => {
        // A body stands only behind spans that were rejected, which would make the figure a lie.
        let bytes = 0
        answer.on('data', (piece: Buffer) => {
          bytes += piece.length
        })
        answer.on('end', () => resolve(answer.statusCode === 200 && bytes > 0 ? 0 : (answer.statusCode ?? 0)))
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

const ready = prepare()
const start = performance.now()
await Promise.all(
  Array.from({ length: SENDERS }, async (_, index) => {
    for (let turn = index; performance.now() - start < seconds * 1000; turn += SENDERS) {
      const status = await post(ready[turn % ready.length]!)
      if (status === 200) outcome.spans += SPANS_A_REQUEST
      else if (status === 503) outcome.refused++
      else throw new Error(`the collector answered ${status}, or rejected spans`)
    }
  }),
)
outcome.seconds = (performance.now() - start) / 1000
console.log(JSON.stringify(outcome))
agent.destroy()
