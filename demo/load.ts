import { Agent } from 'node:http'
import type { CallOptions } from './call.ts'
import { call } from './call.ts'
import type { Ledger } from './ledger.ts'
import { readLiveFeed } from './live-feed.ts'

/** The people in front of the shop: a steady stream of visits, a tenth of them troublesome. */

export interface Visitor {
  /** Ends the stream; resolves when the last visit is over. */
  end(): Promise<void>
  /** Visits begun so far. */
  made(): number
}

interface Intent {
  path: string
  /** A WebSocket instead of a request. */
  live?: boolean
  options?: CallOptions
}

const BODY = JSON.stringify({
  customer: 42,
  lines: [{ sku: 1007, count: 2 }],
  note: 'ring twice. '.repeat(40),
})
const JSON_BODY = { 'content-type': 'application/json' }

/** What visit number `turn` wants; a round of 40 holds every kind in a fixed share. */
export function intentOf(turn: number): Intent {
  const customer = 1 + ((turn * 7) % 500)
  const id = 1 + ((turn * 11) % 40)
  const place = turn % 40
  if (place < 16) return { path: `/products/${id}` }
  if (place < 22) return { path: '/' }
  if (place < 26) return { path: `/recommendations/${customer}` }
  if (place < 31) return { path: `/cart/${customer}` }
  if (place < 34)
    return { path: `/cart/${customer}/items`, options: { method: 'POST', body: BODY, headers: JSON_BODY } }
  if (place === 34 && turn % 200 === 34) return { path: '/live', live: true }
  if (place < 37) return { path: '/checkout', options: { method: 'POST', body: BODY, headers: JSON_BODY } }
  if (place === 37) return { path: `/products/${9000 + id}` }
  if (place === 38) return { path: '/export/orders.csv' }
  // Somebody who opens the report and leaves after the first page of it.
  return { path: '/export/orders.csv', options: { leaveAfter_bytes: 8_000 } }
}

export interface LoadOptions {
  base: string
  /** Visits per second. */
  rate: number
  source: string
  destination: string
  localAddress: string | undefined
  ledger: Ledger
}

const AGENT_IDLE_MS = 10_000

export function startLoad(options: LoadOptions): Visitor {
  const agent = new Agent({ keepAlive: true, timeout: AGENT_IDLE_MS })
  const open = new Set<Promise<unknown>>()
  let made = 0
  const visit = () => {
    const { path, live, options: more } = intentOf(made)
    const url = `${options.base}${path}`
    made += 1
    options.ledger.note(options.source, options.destination)
    const from = options.localAddress ? { localAddress: options.localAddress } : {}
    const going = live
      ? readLiveFeed(url, options.localAddress)
      : call(url, { ...more, agent, ...from }).catch(() => undefined)
    open.add(going)
    going.finally(() => open.delete(going))
  }
  // A machine that was busy for a moment gets the visits late, not all at once.
  const timer = setInterval(visit, 1000 / options.rate)
  return {
    made: () => made,
    async end() {
      clearInterval(timer)
      await Promise.all(open)
      agent.destroy()
    },
  }
}
