import type { Identity } from '../../../tap-proxy/identity/identity.ts'
import { backOff_ms, JoinSource } from '../../../tap-proxy/identity/join-source.ts'
import { type HandClock, handClock } from '../../support/identity/clock.ts'
import { openTestControl, type TestControl } from '../../support/identity/control.ts'
import { until } from '../relay/rig.ts'

const HOUR = 3_600_000
let control: TestControl
let other: TestControl | undefined
let source: JoinSource | undefined
let clock: HandClock
let taken: Identity[]
let failed: { text: string; late: boolean }[]

beforeEach(async () => {
  clock = handClock()
  control = await openTestControl({ now: () => clock.now_ms() })
  taken = []
  failed = []
})
afterEach(() => {
  source?.close()
  control.close()
  other?.close()
  other = undefined
})

function join(joinToken: () => Promise<string | undefined>, url = control.url): JoinSource {
  source = new JoinSource(
    { url, token: control.token, tap: 'orders-1' },
    joinToken,
    {
      taken: (identity) => taken.push(identity),
      failed: (error, late) => failed.push({ text: (error as Error).message, late }),
    },
    clock,
  )
  return source
}

const idle = () => until(() => clock.due.length > 0, 'the next try')

test('joins with a token, and renews by its key at half of the life', async () => {
  const token = await control.joinToken()
  const joined = join(async () => token)
  const seen: string[] = []
  joined.onChange(({ id }) => seen.push(id))
  await idle()
  expect(taken[0]).toMatchObject({ id: 'spiffe://prod.example/svc/orders', trustDomain: 'prod.example' })
  expect(clock.due[0]! / HOUR).toBeCloseTo(12, 1)
  clock.next()
  await until(() => taken.length === 2)
  expect(taken[1]!.key).not.toBe(taken[0]!.key)
  expect(joined.current).toBe(taken[1])
  expect(seen).toEqual([taken[0]!.id, taken[1]!.id])
  expect(failed).toEqual([])
})

test('a lost answer costs no second token', async () => {
  const token = await control.joinToken()
  control.before = (_request, response, next) => {
    control.before = undefined
    response.json = () => {
      response.destroy()
      return response
    }
    next()
  }
  join(async () => token)
  await idle()
  expect(failed).toHaveLength(1)
  clock.next()
  await until(() => taken.length === 1)
})

test('control away: asked again ever more seldom, told as late past two thirds, and the old one stays', async () => {
  const token = await control.joinToken()
  const joined = join(async () => token)
  await idle()
  control.before = (_request, response) => void response.status(503).end('{}')
  clock.next()
  await until(() => failed.length === 1)
  expect(failed[0]!.late).toBe(false)
  for (let tries = 2; tries <= 5; tries++) {
    await idle()
    clock.next()
    await until(() => failed.length === tries)
  }
  clock.advance(5 * HOUR)
  await idle()
  clock.next()
  await until(() => failed.length === 6)
  expect(failed.at(-1)).toEqual({ text: expect.stringContaining('gives no certificate'), late: true })
  expect(joined.current).toBe(taken[0])
  control.before = undefined
  await idle()
  clock.next()
  await until(() => taken.length === 2)
})

test('asleep past its end: it joins anew where there is another token, and says what is missing where not', async () => {
  let token: string | undefined = await control.joinToken()
  join(async () => token)
  await idle()
  token = undefined
  clock.advance(30 * HOUR)
  clock.next()
  await until(() => failed.length === 1)
  expect(failed[0]!.text).toMatch(/has expired and there is no join token/)
  token = await control.joinToken()
  await idle()
  clock.next()
  await until(() => taken.length === 2)
})

test.each([
  ['no token', async () => undefined, /there is no join token/],
  ['half a token', async () => 'tmj_abc', /not of its form/],
  ['one that was never made', async () => `tmj_${'a'.repeat(43)}.${'0'.repeat(32)}`, /not known here/],
])('%s: told, and tried again', async (_, joinToken, message) => {
  join(joinToken)
  await idle()
  expect(failed[0]!.text).toMatch(message)
  expect(taken).toEqual([])
})

test('an answer of another CA, or one that somebody changed on the way, is not believed', async () => {
  other = await openTestControl()
  const [secret] = (await other.joinToken()).split('.')
  const [, fingerprint] = (await control.joinToken()).split('.')
  join(async () => `${secret}.${fingerprint}`, other.url)
  await idle()
  expect(failed[0]!.text).toMatch(/does not come from the CA that the join token names/)
  source!.close()

  const token = await control.joinToken()
  const foreign = await other.joinToken()
  const { bundle } = await other.authority.issue('x', {
    csr: (await (await import('../../support/identity/request.ts')).makeRequest()).csr,
    join_token: foreign,
  })
  control.before = (_request, response, next) => {
    const json = response.json.bind(response)
    response.json = (body: { bundle: string }) => json({ ...body, bundle: body.bundle + bundle })
    next()
  }
  failed = []
  clock = handClock()
  join(async () => token)
  await idle()
  expect(failed[0]!.text).toMatch(/does not come from the CA/)
  expect(taken).toEqual([])
})

test('back-off: a second, then twice as long, to five minutes, half of it by chance', () => {
  expect([0, 1, 2, 8, 9, 40].map((failures) => backOff_ms(failures, 1))).toEqual([
    1000, 2000, 4000, 256_000, 300_000, 300_000,
  ])
  expect(backOff_ms(3, 0)).toBe(4000)
})
