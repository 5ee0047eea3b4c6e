import { setTimeout as delay } from 'node:timers/promises'
import type { CallAnswer } from './call.ts'
import type { Handler, Visit } from './handler.ts'

/** The part of the shop where money moves: a payment that fails at times, and a checkout that tries again. */

const ATTEMPTS_MAX = 3
const BACKOFF_MS = 30

const payment: Handler = async ({ turn, reply }) => {
  await delay(12 + (turn % 7) * 6)
  // Every sixth attempt meets a full connection pool; the one after it works again.
  if (turn % 6 === 0) reply(503, { error: 'the bank does not answer' })
  else reply(200, { paid: true })
}

/** Tries again on 5xx, with the same key, so that nobody pays twice. The map shows each attempt as a call. */
async function pay({ ask, body }: Visit, key: string): Promise<CallAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask('payment', '/payments', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    })
    if (answer.status < 500 || attempt === ATTEMPTS_MAX) return answer
    await delay(BACKOFF_MS * attempt)
  }
}

const checkout: Handler = async (visit) => {
  const { turn, body, ask, reply } = visit
  const reserved = await ask('inventory', '/reservations', { method: 'POST', body })
  const paid = await pay(visit, `order-${turn}`)
  if (paid.status >= 400) {
    reply(502, { error: 'payment failed' })
    return
  }
  const [label] = await Promise.all([
    ask('shipping-api', `/v2/labels/${100_000 + turn}`, { method: 'PUT', body }),
    ask('notification', '/mails', { method: 'POST', body: JSON.stringify({ order: turn }) }),
  ])
  reply(201, { order: turn, reserved: reserved.status, label: label.status })
}

export const CHECKOUT: Record<string, Handler> = { payment, checkout }
