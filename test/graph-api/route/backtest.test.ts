import type { BacktestAnswer, BacktestLine, ErrorAnswer } from '../../../graph-api/contract.ts'
import { TOKEN } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'
import { shopMesh } from '../../support/shop-mesh.ts'

const mesh = shopMesh()

const ALLOWED = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
const POLICY = policyText('  cart: { authorization: { mode: dry-run, default: deny } }\n')

function post(body: object, headers: Record<string, string> = ALLOWED): Promise<Response> {
  return fetch(`${mesh.served.url}/api/v1/backtest`, { method: 'POST', headers, body: JSON.stringify(body) })
}

test('one JSON answer, or lines of progress that end with the same answer', async () => {
  const plain = (await (await post({ policy: POLICY, from: 'now-15m' })).json()) as BacktestAnswer
  expect(plain).toMatchObject({ calls: 105, would_lose: 105 })
  const streamed = await post(
    { policy: POLICY, from: 'now-15m' },
    { ...ALLOWED, accept: 'application/x-ndjson' },
  )
  expect(streamed.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
  const lines = (await streamed.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BacktestLine)
  expect(lines[0]).toEqual({ progress: { phase: 'summary', done: 105, total: 105 } })
  expect(lines.at(-1)).toEqual({ answer: plain })
})

test('without the token, from another page, or not as JSON nothing is examined', async () => {
  const { authorization: _none, ...without } = ALLOWED
  expect((await post({ policy: POLICY }, without)).status).toBe(401)
  expect((await post({ policy: POLICY }, { ...ALLOWED, origin: 'http://elsewhere.example' })).status).toBe(
    403,
  )
  expect((await post({ policy: POLICY }, { ...ALLOWED, 'content-type': 'text/plain' })).status).toBe(415)
})

test('a mistake in the policy is told with file, line and column', async () => {
  const response = await post({
    policy: policyText('  cart: { timeout: { mode: dry-run } }\n'),
    name: 'mine.yaml',
  })
  expect(response.status).toBe(400)
  const { error } = (await response.json()) as ErrorAnswer
  expect(error).toEqual({
    code: 'TAPMESH_CONFIG_INVALID',
    message: 'mine.yaml:4:11: unknown key services.cart.timeout',
    hint: 'Did you mean timeouts?',
  })
})

test.each([
  [{}, /policy/],
  [{ policy: POLICY, more: 1 }, /more/],
  [{ policy: POLICY, from: 'yesterday' }, /parameter from/],
])('a body of another form is refused: %j', async (body, message) => {
  const response = await post(body)
  expect(response.status).toBe(400)
  expect(((await response.json()) as ErrorAnswer).error.message).toMatch(message)
})

test('whoever hangs up makes room for the next', async () => {
  const gone = new AbortController()
  const left = fetch(`${mesh.served.url}/api/v1/backtest`, {
    ...{ method: 'POST', headers: ALLOWED, signal: gone.signal },
    body: JSON.stringify({ policy: POLICY, from: 'now-15m' }),
  }).catch(() => undefined)
  gone.abort()
  await left
  let status = 503
  while (status === 503) status = (await post({ policy: POLICY, from: 'now-15m' })).status
  expect(status).toBe(200)
})

test('a second one waits its turn by being told so', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => post({ policy: POLICY, from: 'now-15m' })))
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses[0]).toBe(200)
  for (const status of statuses.slice(1)) expect([200, 503]).toContain(status)
})
