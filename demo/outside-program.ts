import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createLedger } from './ledger.ts'
import type { Visitor } from './load.ts'
import { startLoad } from './load.ts'
import { canBind } from './loopback.ts'
import type { FromProgram, ToProgram } from './message.ts'
import { BROWSERS, ENTRANCE, EXTERNAL, STRANGERS } from './shop.ts'
import { startStranger } from './stranger.ts'

/** The world around the shop, all without taps: its visitors, strangers who call services directly, the shipping company. */

const ledger = createLedger()

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

let running: Visitor[] = []

async function load({ doors, rate }: ToProgram & { kind: 'load' }): Promise<void> {
  const own = await canBind(BROWSERS.address)
  const visitors = startLoad({
    base: doors[ENTRANCE]!,
    rate,
    source: own ? BROWSERS.name : '127.0.0.1',
    destination: 'web-api',
    localAddress: own ? BROWSERS.address : undefined,
    ledger,
  })
  const strangers = STRANGERS.map((each) => startStranger(each, doors[each.instance]!, ledger))
  running = [visitors, ...(await Promise.all(strangers))]
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
