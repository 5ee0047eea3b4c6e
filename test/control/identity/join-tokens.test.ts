import { JoinTokens } from '../../../control/identity/join-tokens.ts'
import { JOIN_TOKEN_MS, JOIN_TOKENS_MAX } from '../../../model/identity.ts'

const orders = { service: 'orders', tap: '', actor: 'ada' }

const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'TAPMESH_JOIN_TOKEN_REFUSED',
    message: expect.stringMatching(message),
  })

function errorOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

test('one use; the same request again gets the same right, another one is told', () => {
  const tokens = new JoinTokens()
  const { secret } = tokens.make(orders, 0)
  expect(tokens.use(secret, 'orders-1', 'request', 1)).toMatchObject(orders)
  expect(tokens.use(secret, 'orders-1', 'request', 2)).toMatchObject(orders)
  expect(errorOf(() => tokens.use(secret, 'orders-2', 'another', 2))).toEqual(refusal(/used before/))
})

test('ten minutes and no longer', () => {
  const tokens = new JoinTokens()
  const { secret, expires_ms } = tokens.make(orders, 0)
  expect(expires_ms).toBe(JOIN_TOKEN_MS)
  expect(errorOf(() => tokens.use(secret, 'orders-1', 'request', JOIN_TOKEN_MS))).toEqual(
    refusal(/has expired/),
  )
  expect(tokens.use(secret, 'orders-1', 'request', JOIN_TOKEN_MS - 1)).toMatchObject(orders)
})

test('one that is bound to a tap is refused to another, and still serves its own', () => {
  const tokens = new JoinTokens()
  const { secret } = tokens.make({ ...orders, tap: 'orders-1' }, 0)
  expect(errorOf(() => tokens.use(secret, 'thief', 'request', 1))).toEqual(refusal(/another tap than thief/))
  expect(tokens.use(secret, 'orders-1', 'request', 1)).toMatchObject({ tap: 'orders-1' })
})

test('what was never made is refused', () => {
  expect(errorOf(() => new JoinTokens().use('x'.repeat(43), 'orders-1', 'request', 0))).toEqual(
    refusal(/not known here/),
  )
})

test('a thousand at a time; used and expired ones make room', () => {
  const tokens = new JoinTokens()
  const made = Array.from({ length: JOIN_TOKENS_MAX }, () => tokens.make(orders, 0).secret)
  expect(errorOf(() => tokens.make(orders, 1))).toMatchObject({ code: 'TAPMESH_JOIN_TOKENS_BUSY' })
  tokens.use(made[0]!, 'orders-1', 'request', 1)
  tokens.make(orders, 1)
  expect(errorOf(() => tokens.make(orders, 1))).toMatchObject({ code: 'TAPMESH_JOIN_TOKENS_BUSY' })
  tokens.make(orders, JOIN_TOKEN_MS)
})
