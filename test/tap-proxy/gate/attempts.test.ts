import { ask, connectRaw, get, until } from '../relay/rig.ts'
import { answerOf, closeAll, replying, startGated } from './gated-rig.ts'

/** Retries and timeouts at the tap behind a caller, over real sockets. */

afterEach(closeAll)

const retries = (more = '') => `  orders: { retries: { mode: enforce, backoff: 1ms${more} } }\n`
const fieldOf = (request: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, 'mi').exec(request)?.[1]

test('a call that fails is sent again under a span of its own, and each attempt is recorded', async () => {
  const backend = await replying((_, count) => (count === 1 ? answerOf(503, 'no') : answerOf(200, 'yes')))
  const rig = await startGated(retries(), [backend.port])
  const answer = await ask(rig.port, get('/orders/7', 'X-Kept: 1'))
  expect(answer).toMatch(/^HTTP\/1\.1 200/)
  expect(answer).toMatch(/yes$/)
  const [first, second] = backend.requests
  expect(fieldOf(first!, 'x-tapmesh-attempt')).toBeUndefined()
  expect(fieldOf(second!, 'x-tapmesh-attempt')).toBe('2')
  expect(fieldOf(second!, 'X-Kept')).toBe('1')
  const [one, two] = rig.records
  expect([one!.status, one!.attempt, one!.verdicts]).toEqual([503, 1, ['retries=retry;rule=codes']])
  expect([two!.status, two!.attempt, two!.outcome, two!.verdicts]).toEqual([200, 2, 'ok', []])
  expect(two!.trace).toBe(one!.trace)
  expect(two!.span).not.toBe(one!.span)
  expect(fieldOf(second!, 'traceparent')).toBe(`00-${two!.trace}-${two!.span}-01`)
  expect(fieldOf(second!, 'tracestate')).toContain(two!.span)
  expect(rig.counters.callsInFlight).toBe(0)
})

test('a body goes again with its request, as it came', async () => {
  const body = 'x'.repeat(20_000)
  const backend = await replying((_, count) => (count === 1 ? answerOf(502) : answerOf(200)))
  const rig = await startGated(retries(), [backend.port])
  const client = await connectRaw(rig.port)
  client.socket.write(
    `PUT /orders/7 HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 7)}`,
  )
  await until(() => rig.counters.callsInFlight === 1)
  client.socket.write(body.slice(7))
  await until(() => client.text().includes('hello'), 'the answer')
  expect(client.text()).toMatch(/^HTTP\/1\.1 200/)
  expect(backend.requests.map((request) => request.slice(request.indexOf('\r\n\r\n') + 4))).toEqual([
    body,
    body,
  ])
})

test.each([
  ['POST', ['retries=would_no_retry;rule=methods'], 503],
  ['GET', ['retries=would_no_retry;rule=codes'], 500],
] as const)('%s is left as it is: %j', async (method, verdicts, status) => {
  const backend = await replying(() => answerOf(status))
  const rig = await startGated(retries(), [backend.port])
  const length = method === 'POST' ? 'Content-Length: 0\r\n' : ''
  expect(await ask(rig.port, `${method} / HTTP/1.1\r\nHost: a.test\r\n${length}\r\n`)).toMatch(
    `HTTP/1.1 ${status}`,
  )
  expect(backend.requests).toHaveLength(1)
  expect(rig.records[0]!.verdicts).toEqual(verdicts)
})

test('a larger body than is kept is not sent again', async () => {
  const backend = await replying(() => answerOf(503))
  const rig = await startGated(retries(', bufferBytes: 100B'), [backend.port])
  const body = 'x'.repeat(200)
  await ask(rig.port, `PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 200\r\n\r\n${body}`)
  expect(rig.records[0]!.verdicts).toEqual(['retries=would_no_retry;rule=bufferBytes'])
  expect(backend.requests).toHaveLength(1)
})

test('when the budget is spent the original error goes out, marked URX', async () => {
  const backend = await replying(() => answerOf(503, 'original'))
  const budget = ', budget: { percent: 0, minRetryRate: { count: 1, interval: 10s } }'
  const rig = await startGated(retries(budget), [backend.port])
  await ask(rig.port, get())
  const answer = await ask(rig.port, get())
  expect(answer).toMatch(/original$/)
  expect(backend.requests).toHaveLength(3)
  expect(rig.records.at(-1)).toMatchObject({ flags: 'URX', verdicts: ['retries=would_no_retry;rule=budget'] })
})

/** Trace fields as a tap before this one writes them: its tracestate names the parent of its traceparent. */
const OF_A_TAP = [
  `traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  `tracestate: tapmesh=web~${'b'.repeat(16)}`,
]
/** The same handed on by somebody who is no tap: the parent is another span. */
const HANDED_ON = [
  `traceparent: 00-${'a'.repeat(32)}-${'c'.repeat(16)}-01`,
  `tracestate: tapmesh=web~${'b'.repeat(16)}`,
]

test('a retry of another tap is not multiplied', async () => {
  const backend = await replying(() => answerOf(503))
  const rig = await startGated(retries(), [backend.port])
  await ask(rig.port, get('/', ...OF_A_TAP, 'X-Tapmesh-Attempt: 2'))
  expect(backend.requests).toHaveLength(1)
  expect(rig.records[0]!.verdicts).toEqual(['retries=would_no_retry;rule=attempt'])
})

test.each([
  ['nobody', []],
  ['a tap further back', HANDED_ON],
])('who comes from %s switches no retries off', async (_, fields) => {
  const backend = await replying(() => answerOf(503))
  const rig = await startGated(retries(), [backend.port])
  await ask(rig.port, get('/', ...fields, 'X-Tapmesh-Attempt: 2'))
  expect(backend.requests).toHaveLength(2)
  expect(rig.records[0]!.verdicts).toEqual(['retries=retry;rule=codes'])
})

test('what could not be connected is tried at another endpoint, whatever the method', async () => {
  const gone = await replying(() => undefined)
  gone.close()
  const backend = await replying(() => answerOf(200))
  const rig = await startGated(retries(), [gone.port, backend.port])
  const body = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\n\r\nhi'
  expect(await ask(rig.port, body)).toMatch(/^HTTP\/1\.1 200/)
  expect(rig.records.map(({ flags, attempt }) => [flags, attempt])).toEqual([
    ['UF', 1],
    ['', 2],
  ])
  expect(backend.requests[0]).toMatch(/hi$/)
})

test('a connection that breaks before the answer is tried again, one that breaks within it is not', async () => {
  const backend = await replying((request, count) =>
    count === 1 || request.includes('cut') ? undefined : answerOf(200),
  )
  const rig = await startGated(retries(), [backend.port])
  const client = await connectRaw(rig.port)
  client.socket.write(get('/reset'))
  await until(() => backend.requests.length === 1)
  backend.connections[0]!.socket.resetAndDestroy()
  await until(() => client.text().includes('hello'), 'the second attempt')
  client.socket.write(get('/cut'))
  await until(() => backend.requests.length === 3)
  const last = backend.connections.at(-1)!.socket
  last.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf')
  await until(() => client.text().endsWith('half'))
  last.resetAndDestroy()
  await until(() => client.closed, 'the client to be cut')
  expect(rig.records.map(({ path, attempt }) => `${path} ${attempt}`)).toEqual([
    '/reset 1',
    '/reset 2',
    '/cut 1',
  ])
})

test('a client that leaves between two attempts ends the call once', async () => {
  const backend = await replying(() => answerOf(503))
  const rig = await startGated(retries().replace('1ms', '10s'), [backend.port])
  const client = await connectRaw(rig.port)
  client.socket.write(get())
  await until(() => rig.records.length === 1)
  client.socket.resetAndDestroy()
  rig.listener.close()
  await until(() => rig.records.length === 2, 'the end')
  expect(rig.records[1]).toMatchObject({ attempt: 2, outcome: 'unfinished' })
  expect(rig.counters.callsInFlight).toBe(0)
})

describe('timeouts', () => {
  test('a call that takes longer is answered 504, its upstream connection closed', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated('  orders: { timeouts: { mode: enforce, request: 30ms } }\n', [backend.port])
    const answer = await ask(rig.port, get())
    expect(answer).toMatch(/^HTTP\/1\.1 504/)
    expect(answer).toContain('x-tapmesh-denied: timeouts;rule=request;v=e1.7')
    expect(rig.records[0]).toMatchObject({
      flags: 'UT',
      outcome: 'timeout',
      verdicts: ['timeouts=cut;rule=request'],
    })
    await until(() => backend.connections[0]!.closed, 'the upstream connection to close')
    const left = Number(fieldOf(backend.requests[0]!, 'x-tapmesh-deadline-ms'))
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(30)
  })

  test('the time that the tap before has left counts where it is less', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated('  orders: { timeouts: { mode: enforce, request: 1h } }\n', [backend.port])
    expect(await ask(rig.port, get('/', ...OF_A_TAP, 'x-tapmesh-deadline-ms: 20'))).toMatch(/^HTTP\/1\.1 504/)
    expect(backend.requests[0]!.match(/x-tapmesh-deadline-ms/g)).toHaveLength(1)
    expect(rig.records[0]!.verdicts).toEqual(['timeouts=cut;rule=deadline'])
  })

  test('a deadline that no tap wrote cuts nothing, and is replaced by that of the policy', async () => {
    const backend = await replying(() => answerOf(200))
    const rig = await startGated('  orders: { timeouts: { mode: enforce, request: 1h } }\n', [backend.port])
    expect(await ask(rig.port, get('/', ...HANDED_ON, 'x-tapmesh-deadline-ms: 1'))).toMatch(/^HTTP\/1\.1 200/)
    expect(Number(fieldOf(backend.requests[0]!, 'x-tapmesh-deadline-ms'))).toBeGreaterThan(1_000_000)
  })

  test("a caller's own deadline never speaks against the endpoint", async () => {
    const slow = await replying((request) => (request.includes('/slow') ? undefined : answerOf(200)))
    const other = await replying(() => answerOf(200))
    const policy = (request: string) =>
      `  orders: { timeouts: { mode: enforce, request: ${request} }, outlierDetection: { mode: enforce, consecutive5xxErrors: 1 } }\n`
    const rig = await startGated(policy('1h'), [slow.port, other.port])
    const toSlow = async (...fields: string[]): Promise<string> => {
      // Endpoints are taken in turn.
      for (;;) {
        const before = slow.requests.length
        const answer = await ask(rig.port, get('/slow', ...fields))
        if (slow.requests.length > before) return answer
      }
    }
    for (let at = 0; at < 3; at++) {
      expect(await toSlow(...OF_A_TAP, 'x-tapmesh-deadline-ms: 20')).toMatch(/ 504 /)
    }
    expect(rig.records.flatMap(({ verdicts }) => verdicts)).not.toContain(
      'outlierDetection=divert;rule=consecutive5xxErrors',
    )
    // The tap's own limit does.
    rig.govern(policy('20ms'))
    expect(await toSlow()).toMatch(/ 504 /)
    const slowly = slow.requests.length
    for (let at = 0; at < 4; at++) expect(await ask(rig.port, get('/'))).toMatch(/ 200 /)
    expect(slow.requests).toHaveLength(slowly)
  })

  test('an answer that began in time may take the time it takes; an event stream has no end', async () => {
    const stream =
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n'
    const backend = await replying((request) => (request.includes('/stream') ? stream : undefined))
    const rig = await startGated(
      '  orders: { timeouts: { mode: enforce, request: 20ms, backendRequest: 20ms } }\n',
      [backend.port],
    )
    const client = await connectRaw(rig.port)
    client.socket.write(get('/stream'))
    await until(() => client.text().includes('first'))
    // Another call that began later is cut: the time was up for both.
    expect(await ask(rig.port, get('/other'))).toMatch(/ 504 /)
    backend.connections[0]!.socket.write('6\r\nsecond\r\n0\r\n\r\n')
    await until(() => client.text().includes('second'), 'the rest')
    await until(() => rig.records.length === 2)
    expect(rig.records[1]).toMatchObject({ status: 200, outcome: 'ok', verdicts: [] })
  })

  test('in dry-run nothing is said of an event stream, however long it lasts', async () => {
    const stream = (type: string) =>
      `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`
    const backend = await replying((request) =>
      stream(request.includes('/stream') ? 'text/event-stream' : 'text/html'),
    )
    const rig = await startGated('  orders: { timeouts: { mode: dry-run, request: 1ms } }\n', [backend.port])
    for (const [index, path] of ['/stream', '/page'].entries()) {
      const client = await connectRaw(rig.port)
      client.socket.write(get(path))
      await until(() => client.text().includes('first'))
      const began = performance.now()
      await until(() => performance.now() - began > 2)
      backend.connections[index]!.socket.write('0\r\n\r\n')
      await until(() => rig.records.length === index + 1)
    }
    expect(rig.records.map(({ verdicts }) => verdicts)).toEqual([[], ['timeouts=would_cut;rule=request']])
  })

  test('without a first byte in time one attempt is cut', async () => {
    const backend = await replying(() => undefined)
    const rig = await startGated('  orders: { timeouts: { mode: enforce, backendRequest: 20ms } }\n', [
      backend.port,
    ])
    expect(await ask(rig.port, get())).toContain('timeouts;rule=backendRequest')
    expect(rig.records[0]!.verdicts).toEqual(['timeouts=cut;rule=backendRequest'])
  })

  test('a call that is cut in its second attempt says so, however short that attempt was', async () => {
    const backend = await replying((_, count) => (count === 1 ? answerOf(503) : undefined))
    const rig = await startGated(
      '  orders: { timeouts: { mode: enforce, request: 300ms }, retries: { mode: enforce, backoff: 200ms } }\n',
      [backend.port],
    )
    expect(await ask(rig.port, get())).toContain('x-tapmesh-denied: timeouts;rule=request')
    expect(rig.records.map(({ attempt, verdicts }) => [attempt, verdicts[0]])).toEqual([
      [1, 'retries=retry;rule=codes'],
      [2, 'timeouts=cut;rule=request'],
    ])
  })
})
