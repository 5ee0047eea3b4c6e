import { ListenerGate } from '../../../tap-proxy/gate/listener-gate.ts'
import { PoolQueues } from '../../../tap-proxy/gate/pool-queues.ts'
import { policyOf } from '../../support/policy.ts'
import { ask, connectRaw, get, until } from '../relay/rig.ts'
import { answerOf, closeAll, replying, startGated } from './gated-rig.ts'

afterEach(closeAll)

/** What features before a service do: refuse, or only say that they would. */

const RULES = `authorization: { mode: MODE, default: deny, rules: [{ id: readers, action: allow, methods: [GET], paths: ['/orders/{*}'] }, { id: no-secrets, action: deny, paths: ['/orders/secret'] }] }`
const inbound = { kind: 'inbound' } as const

const rulesIn = (mode: string) => `  orders:\n    ${RULES.replace('MODE', mode)}\n`

test('a call that a rule denies is answered 403 with rule and revision, and never sent', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(rulesIn('enforce'), [backend.port], inbound)
  expect(await ask(rig.port, get('/orders/7'))).toMatch(/^HTTP\/1\.1 200/)
  const denied = await ask(rig.port, get('/orders/secret'))
  expect(denied).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
  expect(denied).toContain('x-tapmesh-flags: az\r\n')
  expect(denied).toContain('x-tapmesh-denied: authorization;rule=no-secrets;v=e1.7\r\n')
  expect(await ask(rig.port, get('/other'))).toContain('authorization;rule=default;v=e1.7')
  expect(backend.requests).toHaveLength(1)
  expect(
    rig.records.map(({ status, outcome, flags, verdicts }) => [status, outcome, flags, ...verdicts]),
  ).toEqual([
    [200, 'ok', ''],
    [403, 'denied', 'az', 'authorization=deny;rule=no-secrets'],
    [403, 'denied', 'az', 'authorization=deny;rule=default'],
  ])
  expect(rig.records.every(({ config_version }) => config_version === 'e1.7')).toBe(true)
})

test('the same in dry-run is said and not done', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(rulesIn('dry-run'), [backend.port], inbound)
  expect(await ask(rig.port, get('/other'))).toMatch(/^HTTP\/1\.1 200/)
  expect(rig.records[0]?.verdicts).toEqual(['authorization=would_deny;rule=default'])
  const counts: unknown[] = []
  rig.gates.counters.each((...count) => counts.push(count))
  expect(counts).toEqual([['authorization', 'deny', false, 1]])
})

/** Ids are drawn anew for each call; everything else has to be the same. */
const withoutIds = (text: string): string => text.replaceAll(/[0-9a-f]{16,32}/g, 'id')

test('dry-run changes no byte on either side', async () => {
  const everything = `  orders:
    ${RULES.replace('MODE', 'dry-run')}
    rateLimit: { mode: dry-run, requestsPerSecond: 1, burst: 1 }
    mtls: { mode: dry-run, policy: strict }
    timeouts: { mode: dry-run, request: 1ms, backendRequest: 1ms }
    retries: { mode: dry-run }
    outlierDetection: { mode: dry-run, consecutive5xxErrors: 1 }
    loadBalancer: { mode: dry-run }
    connectionPool: { mode: dry-run, maxConnections: 1, http1MaxPendingRequests: 0 }
`
  const requests = [
    get('/orders/7', 'X-A: 1'),
    'POST /orders HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello',
    get('/missing', 'Connection: close'),
    'HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n',
  ]
  const seen: string[][] = []
  for (const kind of ['inbound', 'outbound'] as const) {
    for (const policy of ['', everything]) {
      const backend = await replying((request) =>
        request.includes('missing')
          ? answerOf(503, 'no')
          : request.startsWith('HEAD')
            ? answerOf(200, '')
            : answerOf(200),
      )
      const rig = await startGated(
        policy === '' ? '  cart: { retries: { mode: dry-run } }\n' : policy,
        [backend.port],
        { kind },
      )
      expect(rig.door.gate === undefined).toBe(policy === '')
      const answers: string[] = []
      for (const request of requests) answers.push(await ask(rig.port, request))
      seen.push([...answers, ...backend.requests].map(withoutIds))
      if (policy !== '') expect(rig.records.flatMap(({ verdicts }) => verdicts).length).toBeGreaterThan(0)
    }
  }
  expect(seen[1]).toEqual(seen[0])
  expect(seen[3]).toEqual(seen[2])
})

test('calls past a rate are answered 429 with Retry-After, and the connection serves on', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(
    '  orders: { rateLimit: { mode: enforce, requestsPerSecond: 0.01, burst: 1 } }\n',
    [backend.port],
    inbound,
  )
  expect(await ask(rig.port, get())).toMatch(/^HTTP\/1\.1 200/)
  const shed = await ask(rig.port, get())
  expect(shed).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/)
  expect(shed).toContain('Retry-After: 1\r\n')
  expect(shed).not.toContain('Connection: close')
  await until(() => rig.records.length === 2)
  expect(rig.records[1]).toMatchObject({ flags: 'RL', verdicts: ['rateLimit=shed;rule=requestsPerSecond'] })
})

test('a fault in a feature costs its verdict, not the call', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(rulesIn('enforce'), [backend.port], inbound)
  const faults: unknown[] = []
  const fault = new Error('judged badly')
  const engine = {
    policy: policyOf('  orders: {}\n'),
    judgesFor: () => {
      throw fault
    },
  }
  const { clock } = rig.deps
  const context = {
    counters: rig.gates.counters,
    queues: new PoolQueues(),
    clock,
    onFault: (error: unknown) => faults.push(error),
  }
  const settings = {
    engine,
    revision: 'x',
    side: 'service',
    destination: 'orders',
    destination_zone: '',
    protocol: 'http',
    acts: true,
  } as const
  rig.door.gate = new ListenerGate(settings, rig.gates.states, context)
  expect(await ask(rig.port, get('/other'))).toMatch(/^HTTP\/1\.1 200/)
  expect(faults).toEqual([fault])
})

test('a policy changes between two calls of one connection, and its absence is the plain relay', async () => {
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(rulesIn('enforce'), [backend.port], inbound)
  expect(await ask(rig.port, get('/other'))).toMatch(/ 403 /)
  rig.govern('  cart: { retries: { mode: enforce } }\n')
  expect(rig.door.gate).toBeUndefined()
  expect(await ask(rig.port, get('/other'))).toMatch(/ 200 /)
  expect(rig.records[1]).toMatchObject({ verdicts: [], config_version: '' })
})

test('a rule by header field reads the request, whatever its letters', async () => {
  const backend = await replying(() => answerOf(200))
  const rules = 'rules: [{ id: staff, action: allow, headers: { x-role: [staff] } }]'
  const rig = await startGated(
    `  orders: { authorization: { mode: enforce, default: deny, ${rules} } }\n`,
    [backend.port],
    inbound,
  )
  expect(await ask(rig.port, get('/', 'X-Role: staff'))).toMatch(/ 200 /)
  expect(await ask(rig.port, get('/', 'X-Role: guest'))).toMatch(/ 403 /)
  expect(await ask(rig.port, get('/', 'X-Role: staff', 'x-role: guest'))).toMatch(/ 403 /)
  expect(await ask(rig.port, get('/', 'X-Role-Other: staff'))).toMatch(/ 403 /)
})

describe('messages that break a rule of strict HTTP', () => {
  const broken =
    'GET / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'

  test('enforced, the terminating proxy refuses them, and the record says by which rule', async () => {
    const backend = await replying(() => answerOf(200))
    const rig = await startGated('  orders: { strict: { mode: enforce } }\n', [backend.port], inbound)
    expect(await ask(rig.port, get())).toMatch(/^HTTP\/1\.1 200/)
    expect(await ask(rig.port, broken)).toMatch(/^HTTP\/1\.1 400/)
    expect(backend.requests).toHaveLength(1)
    await until(() => rig.records.length === 2)
    expect(rig.records.map(({ flags, verdicts }) => [flags, ...verdicts])).toEqual([
      [''],
      ['IH', 'strict=deny;rule=length_and_coding'],
    ])
    expect(rig.records[1]!.config_version).toBe('e1.7')
  })

  test('a body that breaks a rule after its call was admitted is told the same way', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated('  orders: { strict: { mode: enforce } }\n', [backend.port], inbound)
    const client = await connectRaw(rig.port)
    client.socket.write('POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
    await until(() => backend.requests.length === 1, 'the beginning')
    client.socket.write('nonsense\r\n')
    await until(() => client.text().includes(' 400 '), 'the refusal')
    await until(() => rig.records.length === 1)
    expect(rig.records[0]).toMatchObject({ flags: 'DPE', verdicts: ['strict=deny;rule=chunk_size'] })
  })

  test('in dry-run they are relayed, and the record names the rule', async () => {
    const backend = await replying(() => answerOf(200))
    const rig = await startGated('  orders: { strict: { mode: dry-run } }\n', [backend.port], inbound)
    const client = await connectRaw(rig.port)
    client.socket.write(broken)
    await until(() => backend.requests.length === 1, 'the request')
    client.socket.destroy()
    backend.connections[0]!.socket.destroy()
    await until(() => rig.records.length > 0, 'the record')
    expect(rig.records.flatMap(({ verdicts }) => verdicts)).toContain(
      'strict=would_deny;rule=length_and_coding',
    )
  })
})
