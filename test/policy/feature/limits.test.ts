import fc from 'fast-check'
import { createBucket, hasToken } from '../../../policy/feature/token-bucket.ts'
import { call, judgeOf, short, verdictOn } from '../../support/judge.ts'

const START = 1_790_000_000_000_000
const SECOND = 1_000_000

describe('timeouts', () => {
  const judge = judgeOf('timeouts', 'request: 2s, backendRequest: 800ms')
  test.each([
    [{ duration_us: 2_000_000, ttfb_us: 800_000 }, 'pass'],
    [{ duration_us: 2_000_001, ttfb_us: 10 }, 'cut request'],
    [{ duration_us: 900_000, ttfb_us: 800_001 }, 'cut backendRequest'],
    [{ duration_us: 900_000, ttfb_us: 0 }, 'cut backendRequest'],
    [{ duration_us: 90_000_000, protocol: 'websocket' }, 'pass'],
    [{ duration_us: 90_000_000, status: '101' }, 'pass'],
  ] as const)('%j: %s', (change, wanted) => expect(short(verdictOn(judge, change))).toBe(wanted))
})

describe('mtls', () => {
  test('strict refuses what proves nothing, permissive tells it', () => {
    const strict = judgeOf('mtls', 'policy: strict')
    expect(short(verdictOn(strict, { security: 'plaintext' }))).toBe('deny strict')
    expect(short(verdictOn(strict, { security: 'tls' }))).toBe('deny strict')
    expect(short(verdictOn(strict, { security: 'mtls' }))).toBe('pass')
    expect(short(verdictOn(judgeOf('mtls', 'policy: permissive')))).toBe('note permissive')
  })
})

describe('rate limit', () => {
  test('a burst goes through, then the rate; each caller has its own', () => {
    const judge = judgeOf(
      'rateLimit',
      'requestsPerSecond: 10, burst: 5, perCaller: { requestsPerSecond: 2, burst: 2 }',
    )
    const state = judge.module.createState()
    const at = (source: string, ms: number) => short(judge.decide(state, call({ source }), START + ms * 1000))
    expect([at('a', 0), at('a', 0), at('a', 0)]).toEqual(['pass', 'pass', 'shed perCaller.requestsPerSecond'])
    expect([at('b', 0), at('b', 0), at('c', 0), at('c', 0)]).toEqual([
      'pass',
      'pass',
      'pass',
      'shed requestsPerSecond',
    ])
    expect([at('c', 100), at('c', 100)]).toEqual(['pass', 'shed perCaller.requestsPerSecond'])
  })

  test('no stretch of time lets more through than burst and rate allow, and a slow caller is never shed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 400_000 }), { minLength: 1, maxLength: 200 }), (gaps) => {
        const bucket = createBucket()
        const passed: number[] = []
        let now = START
        for (const gap of gaps) {
          now += gap
          if (!hasToken(bucket, now, 10, 5)) continue
          bucket.tokens -= 1
          passed.push(now)
        }
        for (let from = 0; from < passed.length; from++) {
          for (let to = from; to < passed.length; to++) {
            const seconds = (passed[to]! - passed[from]!) / SECOND
            expect(to - from + 1).toBeLessThanOrEqual(5 + seconds * 10 + 1e-6)
          }
        }
        if (gaps.every((gap) => gap >= 100_000)) expect(passed).toHaveLength(gaps.length)
      }),
    )
  })
})

test('connection pool: calls in flight, then the queue, then shed; an end makes room', () => {
  const judge = judgeOf('connectionPool', 'maxConnections: 1, http1MaxPendingRequests: 1')
  const state = judge.module.createState()
  const next = () => short(judge.decide(state, call(), START))
  expect([next(), next(), next()]).toEqual(['pass', 'queue maxConnections', 'shed http1MaxPendingRequests'])
  judge.ended(state, call(), START)
  expect(next()).toBe('queue maxConnections')
})

describe('outlier detection', () => {
  const judge = judgeOf(
    'outlierDetection',
    'consecutive5xxErrors: 3, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50',
  )
  const failing = { outcome: 'server_error', status: '503' } as const
  const run = (calls: { to: string; at_s: number; fails?: boolean }[]) => {
    const state = judge.module.createState()
    return calls.map(({ to, at_s, fails = false }) => {
      const one = call({ destination_instance: to, ts: START + at_s * SECOND, ...(fails ? failing : {}) })
      const found = judge.decide(state, one, one.ts)
      if (found.decision === 'pass') judge.ended(state, one, one.ts + 1000)
      return short(found)
    })
  }
  const thrice = (to: string, at_s: number) =>
    [0, 1, 2].map((more) => ({ to, at_s: at_s + more, fails: true }))

  test('failures in a row eject an endpoint for a while, and longer the second time', () => {
    const verdicts = run([
      { to: 'b', at_s: 0 },
      ...thrice('a', 1),
      { to: 'a', at_s: 5 },
      { to: 'a', at_s: 34 },
      ...thrice('a', 35),
      { to: 'a', at_s: 70 },
      { to: 'a', at_s: 98 },
    ])
    const divert = 'divert consecutive5xxErrors'
    expect(verdicts).toEqual([
      'pass',
      'pass',
      'pass',
      'pass',
      divert,
      'pass',
      'pass',
      'pass',
      'pass',
      divert,
      'pass',
    ])
  })

  test('the last healthy endpoint is never ejected', () => {
    expect(new Set(run([...thrice('a', 1), ...thrice('a', 10)]))).toEqual(new Set(['pass']))
    const two = run([{ to: 'b', at_s: 0 }, ...thrice('a', 1), ...thrice('b', 5), { to: 'b', at_s: 9 }])
    expect(two.at(-1)).toBe('pass')
  })

  test('mistakes of callers do not count', () => {
    const state = judge.module.createState()
    for (let at = 0; at < 20; at++) {
      const one = call({
        destination_instance: at % 2 ? 'a' : 'b',
        outcome: 'client_error',
        ts: START + at * SECOND,
      })
      expect(judge.decide(state, one, one.ts).decision).toBe('pass')
      judge.ended(state, one, one.ts)
    }
  })

  test('few good calls in an interval eject too, though never many failures come in a row', () => {
    const calls = Array.from({ length: 40 }, (_, index) => ({
      to: index % 2 ? 'a' : 'b',
      at_s: index / 2,
      fails: index % 4 === 1,
    }))
    expect(run(calls)).toContain('divert successRateThreshold')
  })
})
