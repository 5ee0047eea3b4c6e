import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { call } from './call.ts'
import { createLedger } from './ledger.ts'
import type { Visitor } from './load.ts'
import { startLoad } from './load.ts'
import { canBind } from './loopback.ts'
import type { FromProgram, ToProgram } from './message.ts'
import { BROWSERS, CRON, EXTERNAL } from './shop.ts'

/** The world around the shop, all without taps: its visitors, a cron job somebody forgot, the shipping company. */

const ledger = createLedger()
const CRON_PERIOD_MS = 2_000

function tell(message: FromProgram): void {
  if (process.connected) process.send?.(message)
}

let labels = 0
const shipping = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  labels += 1
  const turn = labels
  request.resume()
  delay(60 + (turn % 9) * 15).then(() => {
    const lame = turn % 14 === 0
    const body = JSON.stringify(lame ? { error: 'try later' } : { label: `L${turn}` })
    response.writeHead(lame ? 502 : 200, {
      'content-type': 'application/json',
      'content-length': body.length,
    })
    response.end(body)
  })
})

/** Calls the catalog's tap directly, on a new connection each time, and names itself to nobody. */
async function startCron(catalog: string): Promise<Visitor> {
  const own = await canBind(CRON.address)
  const source = own ? CRON.address : '127.0.0.1'
  let made = 0
  let going: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    made += 1
    ledger.note(source, 'catalog')
    going = call(`${catalog}/products`, own ? { localAddress: CRON.address } : {}).catch(() => undefined)
  }, CRON_PERIOD_MS)
  return {
    made: () => made,
    async end() {
      clearInterval(timer)
      await going
    },
  }
}

let running: Visitor[] = []

async function load({ door, catalog, rate }: ToProgram & { kind: 'load' }): Promise<void> {
  const own = await canBind(BROWSERS.address)
  const visitors = startLoad({
    base: door,
    rate,
    source: own ? BROWSERS.name : '127.0.0.1',
    destination: 'web-api',
    localAddress: own ? BROWSERS.address : undefined,
    ledger,
  })
  running = [visitors, await startCron(catalog)]
}

process.on('message', (message: ToProgram) => {
  const counts = () =>
    tell({
      kind: 'counts',
      counts: ledger.counts(),
      made: running.reduce((total, visitor) => total + visitor.made(), 0),
    })
  if (message.kind === 'load') void load(message)
  if (message.kind === 'end-load') void Promise.all(running.map((visitor) => visitor.end())).then(counts)
  if (message.kind === 'count') counts()
})
process.on('SIGTERM', () => process.exit(0))

shipping.listen(0, '127.0.0.1', () => {
  tell({ kind: 'ready', ports: { [EXTERNAL]: (shipping.address() as AddressInfo).port } })
})
