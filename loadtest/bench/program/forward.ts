/**
 * What one forwarded span costs: offered, encoded and sent by the official exporter in batches, over
 * the CPU time of this process. Prints one line of JSON: {cpu_us_per_span, failed}.
 * Arguments: endpoint, spans.
 */
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { FORWARD_LIMITS, Forwarder } from '../../../export/otlp/forwarder.ts'
import { DEMO_TRAFFIC, Traffic } from '../traffic/traffic.ts'

const endpoint = process.argv[2]!
const spans = Number(process.argv[3])

/** Spans before the clock starts: the code is then compiled, as in a tap that runs. */
const WARM_UP = 20_000

const calls = new Traffic(DEMO_TRAFFIC).trace(Date.now() * 1000)
const forwarder = await Forwarder.open({ endpoint, sample: 1 }, (text) => console.error(text))
const { counts } = forwarder

/** Offers so many, never more at once than one batch. */
async function forward(count: number): Promise<void> {
  const goal = counts.sent + counts.failed + count
  for (let offered = 0; offered < count; ) {
    for (let index = 0; index < FORWARD_LIMITS.batch_max; index++, offered++) {
      forwarder.offer(calls[offered % calls.length]!)
    }
    while (counts.sent + counts.failed < goal - count + offered) await turn()
  }
}

const whole = (count: number) => Math.ceil(count / FORWARD_LIMITS.batch_max) * FORWARD_LIMITS.batch_max
await forward(whole(WARM_UP))
const before = process.cpuUsage()
await forward(whole(spans))
const { user, system } = process.cpuUsage(before)
const outcome = { cpu_us_per_span: (user + system) / whole(spans), failed: counts.failed }
if (!process.stdout.write(`${JSON.stringify(outcome)}\n`)) await once(process.stdout, 'drain')
await forwarder.stop(1000)
process.exit(0)
