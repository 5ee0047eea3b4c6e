import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createCollector } from '../../../collector/collector.ts'
import { openStore } from '../../../store/open.ts'
import { startBackend } from './calls.ts'
import { startTapProcess } from './tap-process.ts'

/**
 * A small mesh with loads that can be counted: shop calls cart through two taps, somebody without a
 * tap calls cart directly, cart calls a stock without a tap, and opaque connections go through cart's
 * tap to an echo. Of shop's and stock's calls every tenth fails and every tenth is slow.
 */

const TOKEN = 'a-token-for-the-dashboards-0123456789'
const SLOW_MS = 350
const CONNECTION_MS = 150
/** Calls of one load, made over LOAD_S seconds. */
const LOAD = { shop: 1000, direct: 400, stock: 500, opaque: 200 } as const
const LOAD_S = 9
/** One call of each kind that has numbers of its own: a GET and a POST that succeed, a GET that fails. */
const FIRST_TURNS = [0, 1, 3]

function answer(incoming: IncomingMessage, response: ServerResponse): void {
  incoming.resume()
  const turn = Number(/\d+/.exec(incoming.url ?? '')?.[0] ?? 0)
  const finish = () => response.writeHead(turn % 10 === 3 ? 503 : 200).end(`item ${turn}`)
  if (turn % 10 === 7) setTimeout(finish, SLOW_MS)
  else finish()
}

function startEcho(): Promise<{ address: string; close(): void }> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined).on('close', () => open.delete(socket))
    socket.pipe(socket)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const close = () => {
        for (const socket of open) socket.destroy()
        server.close()
      }
      resolve({ address: `127.0.0.1:${port}`, close })
    })
  })
}

type One = (turn: number) => Promise<void>

/** Does `one` so many times, evenly over the seconds of a load; ends when the last has ended. */
async function evenly(times: number, one: One): Promise<void> {
  const began = performance.now()
  const all: Promise<void>[] = []
  while (all.length < times) {
    const due = Math.min(times, ((performance.now() - began) / 1000 / LOAD_S) * times)
    while (all.length < due) all.push(one(all.length))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(all)
}

function caller(port: number, path: string): { one: One; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  return {
    one: (turn) =>
      new Promise((resolve) => {
        const method = turn % 10 === 1 ? 'POST' : 'GET'
        const sent = request({
          host: '127.0.0.1',
          port,
          path: path.replace('{n}', String(turn)),
          method,
          agent,
        })
        sent.on('response', (response) => response.resume().on('close', resolve)).on('error', () => resolve())
        sent.end()
      }),
    close: () => agent.destroy(),
  }
}

function opaqueConnection(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('ping'))
    socket.on('data', () => setTimeout(() => socket.end(), CONNECTION_MS))
    socket.on('error', () => undefined).on('close', () => resolve())
  })
}

export async function startSteadyMesh() {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-steady-'))
  const store = await openStore({ dataFolder: join(folder, 'data') })
  const collector = await createCollector({
    store,
    folder: join(folder, 'wal'),
    token: TOKEN,
    drain: { flush_ms: 500 },
  })
  const { url } = await collector.listen(0)
  const backend = await startBackend(answer)
  const echo = await startEcho()
  const tapOf = (service: string, more: object) => {
    const file = join(folder, `${service}.yaml`)
    writeFileSync(
      file,
      stringify({
        service,
        tap: `${service}@test`,
        admin: { port: 0 },
        collector: { url, token: TOKEN, flush: '200ms' },
        ...more,
      }),
    )
    return startTapProcess(['--config', file])
  }
  const cart = await tapOf('cart', {
    inbound: [
      { name: 'http', listen: 0, to: backend.address },
      { name: 'raw', listen: 0, to: echo.address, protocol: 'opaque' },
    ],
    outbound: [{ name: 'stock', listen: 0, to: backend.address, service: 'stock' }],
  })
  const door = cart.port('inbound http')
  const shop = await tapOf('shop', {
    outbound: [{ name: 'cart', listen: 0, to: `127.0.0.1:${door}`, service: 'cart' }],
  })
  const shopper = caller(shop.port('outbound cart'), '/items/{n}')
  const direct = caller(door, '/items/0')
  const stock = caller(cart.port('outbound stock'), '/items/{n}')
  const opaque = () => opaqueConnection(cart.port('inbound raw'))
  return {
    store,
    taps: [cart, shop].map((tap) => tap.admin().replace('http://', '')),
    collector: url.replace('http://', ''),
    /** Every kind of call once, so that every counter is there before it is asked how it rose. */
    async first() {
      for (const { one } of [shopper, direct, stock]) await Promise.all(FIRST_TURNS.map(one))
      await opaque()
    },
    async load() {
      await Promise.all([
        evenly(LOAD.shop, shopper.one),
        evenly(LOAD.direct, direct.one),
        evenly(LOAD.stock, stock.one),
        evenly(LOAD.opaque, opaque),
      ])
    },
    /** Ends the taps and the collector; what was recorded stays in the store. */
    async finish() {
      await Promise.all([shop.stop(), cart.stop()])
      for (const each of [shopper, direct, stock]) each.close()
      await collector.close()
      echo.close()
      await backend.close()
    },
    async remove() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
