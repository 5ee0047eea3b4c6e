import type { AddressInfo } from 'node:net'
import { createShopServer } from './handler.ts'
import { createLedger } from './ledger.ts'
import type { FromProgram, ToProgram } from './message.ts'
import { codeOfService } from './service-code.ts'
import { instances } from './shop.ts'

/** One region of the shop: a real HTTP server for every service there. Started by the demo with the region's name. */

const region = process.argv[2]
const ledger = createLedger()
const here = instances().filter((instance) => instance.region === region)
const servers = new Map(
  here.map((instance) => [
    instance.id,
    createShopServer(instance, codeOfService(instance.service.name, instance.region), ledger),
  ]),
)

const ports: Record<string, number> = {}

/** Closes a server with every connection to it, or has it listen at its old port again. */
function stand({ instance, up }: ToProgram & { kind: 'stand' }): void {
  const server = servers.get(instance)?.server
  const done = () => tell({ kind: 'standing', instance, up })
  if (server === undefined || server.listening === up) done()
  else if (up) server.listen(ports[instance], '127.0.0.1', done)
  else {
    server.close(done)
    server.closeAllConnections()
  }
}

function tell(message: FromProgram): void {
  if (process.connected) process.send?.(message)
}

process.on('message', (message: ToProgram) => {
  if (message.kind === 'routes') Object.assign(servers.get(message.instance)?.routes ?? {}, message.routes)
  if (message.kind === 'stand') stand(message)
  if (message.kind === 'count') tell({ kind: 'counts', counts: ledger.counts(), made: 0 })
})
// The demo stops its programs in order; a Ctrl-C in the terminal reaches only the demo itself.
process.on('SIGTERM', () => process.exit(0))

let waiting = servers.size
for (const [id, { server }] of servers) {
  server.listen(0, '127.0.0.1')
  server.once('listening', () => {
    ports[id] = (server.address() as AddressInfo).port
    waiting -= 1
    if (waiting === 0) tell({ kind: 'ready', ports })
  })
}
