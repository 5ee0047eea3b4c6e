import { setTimeout as delay } from 'node:timers/promises'
import type { Handler, Visit } from './handler.ts'
import { CHECKOUT } from './service-checkout.ts'

/** What each service of the shop does, faults of daily life included. All faults come by count, not by chance. */

/** Milliseconds between `low` and `high`, mostly near `low`. */
export function aboutMs(low: number, high: number): number {
  return low + (high - low) * Math.random() ** 3
}

const PRODUCTS = 40

function product(id: number) {
  return {
    id,
    name: `Product ${id}`,
    price: 5 + ((id * 37) % 90),
    text: 'A thing that people want. '.repeat(6),
  }
}

async function purchaseHistory({ turn, url, reply }: Visit, far: boolean): Promise<void> {
  // The copy in the far region is the shop's slow dependency: every ninth answer takes a second.
  if (far) await delay(turn % 9 === 0 ? aboutMs(900, 1300) : aboutMs(45, 160))
  else await delay(aboutMs(2, 14))
  reply(200, { customer: url.pathname.split('/')[2], orders: [3, 14, 15, 9, 26].map(product) })
}

const inventory: Handler = async ({ method, url, reply }) => {
  await delay(aboutMs(1, 6))
  if (method === 'POST') reply(201, { reserved: true })
  else reply(200, { sku: url.pathname.split('/')[2], stock: 12 })
}

const catalog: Handler = async ({ url, turn, ask, reply }) => {
  await delay(aboutMs(1, 8))
  const id = Number(url.pathname.split('/')[2])
  if (url.pathname === '/products') {
    reply(
      200,
      Array.from({ length: PRODUCTS }, (_, at) => product(at + 1)),
    )
  } else if (!(id >= 1 && id <= PRODUCTS)) {
    reply(404, { error: 'no such product' })
  } else if (turn % 83 === 0) {
    reply(500, { error: 'the search index is being rebuilt' })
  } else {
    const stock = await ask('inventory', `/stock/${1000 + id}`)
    reply(200, { ...product(id), stock: JSON.parse(stock.body.toString()) })
  }
}

const recommendation: Handler = async ({ url, turn, ask, reply }) => {
  const customer = url.pathname.split('/')[2]
  // Past its patience, or where history fails, it recommends without, and its caller never notices.
  const known = await ask('purchase-history', `/history/${customer}`, { patience_ms: 600 }).then(
    ({ status }) => status === 200,
    () => false,
  )
  const found = await ask('catalog', `/products/${1 + (turn % PRODUCTS)}`)
  reply(200, { because: known ? 'your orders' : 'others liked it', status: found.status })
}

const cart: Handler = async ({ method, url, body, turn, ask, reply }) => {
  await delay(aboutMs(2, 9))
  if (method === 'POST') {
    reply(201, { cart: url.pathname.split('/')[2], accepted: body.length })
    return
  }
  const priced = await ask('catalog', `/products/${1 + (turn % PRODUCTS)}`)
  reply(200, { lines: 1, status: priced.status })
}

const notification: Handler = async ({ body, reply }) => {
  await delay(aboutMs(3, 25))
  reply(202, { queued: body.length })
}

const EXPORT_CHUNKS = 24
const EXPORT_PAUSE_MS = 40

/** A long answer in small pieces: a report that streams for a second, which some readers do not wait for. */
async function exportOrders({ response }: Visit): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/csv' })
  const line = `${'2026-01-01,1042,19.90,shipped,'.padEnd(60, 'x')}\n`
  for (let at = 0; at < EXPORT_CHUNKS && !response.destroyed; at++) {
    response.write(line.repeat(64))
    await delay(EXPORT_PAUSE_MS)
  }
  response.end()
}

const webApi: Handler = async (visit) => {
  const { url, method, body, ask, reply } = visit
  const [, first, second] = url.pathname.split('/')
  const forwarded = async (name: string, path: string) => {
    const answer = await ask(name, path, method === 'POST' ? { method, body } : {})
    reply(answer.status, JSON.parse(answer.body.toString() || 'null'))
  }
  if (first === '') {
    const [suggested, all] = await Promise.all([
      ask('recommendation', `/recommendations/${second || 7}`),
      ask('catalog', '/products'),
    ])
    reply(200, { suggested: suggested.status, products: all.body.length })
  } else if (first === 'products') await forwarded('catalog', url.pathname)
  else if (first === 'recommendations') await forwarded('recommendation', url.pathname)
  else if (first === 'cart') await forwarded('cart', url.pathname)
  else if (first === 'checkout' && method === 'POST') await forwarded('checkout', '/orders')
  else if (first === 'export') await exportOrders(visit)
  else reply(404, { error: 'no such page' })
}

/** Code of an instance by service name; a service in the far region gets `far`. */
export function codeOfService(name: string, region: string): Handler {
  const code: Record<string, Handler> = {
    'web-api': webApi,
    'purchase-history': (visit) => purchaseHistory(visit, region === 'us'),
    recommendation,
    catalog,
    cart,
    inventory,
    notification,
    ...CHECKOUT,
  }
  const found = code[name]
  if (found === undefined) throw new Error(`the shop has no code for ${name}`)
  return found
}
