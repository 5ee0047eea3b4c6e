import fc from 'fast-check'
import { http1 } from '../../../protocol/http1.ts'
import { watch } from '../watched.ts'

const GET = 'GET /a?q=1 HTTP/1.1\r\nHost: x\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

describe('calls', () => {
  test('a request and its answer', () => {
    const w = watch(http1, { untouched: true })
    expect(w.client(GET)).toBe(GET)
    expect(w.decoder.idle).toBe(false)
    w.server(OK)
    expect(w.calls).toEqual([`GET /a 200 ok ${GET.length}>${OK.length}`])
    expect(w.decoder.idle).toBe(true)
  })

  test('pipelined requests are answered in order', () => {
    const w = watch(http1, { untouched: true })
    w.client(`${GET}POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc${GET}`)
    w.server(`${OK}HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n`)
    w.server('HTTP/1.1 503 Oh\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0\r\nTrailer: t\r\n\r\n')
    expect(w.calls.map((call) => call.split(' ').slice(0, 4).join(' '))).toEqual([
      'GET /a 200 ok',
      'POST /b 404 client_error',
      'GET /a 503 server_error',
    ])
  })

  test.each([
    [
      'HEAD has no body',
      'HEAD / HTTP/1.1\r\nHost: x\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      'HEAD / 200 ok',
    ],
    ['204', GET, 'HTTP/1.1 204 No Content\r\n\r\n', 'GET /a 204 ok'],
    [
      'a thousand interim answers',
      GET,
      `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)}${OK}`,
      'GET /a 200 ok',
    ],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', OK, 'TRACE / 200 ok'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', OK, 'OPTIONS * 200 ok'],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', OK, 'GET / 200 ok'],
  ])('%s', (_name, request, answer, wanted) => {
    const w = watch(http1, { untouched: true })
    w.client(request)
    w.server(answer)
    expect(w.calls).toEqual([expect.stringMatching(`^${wanted.replace('*', '\\*')} \\d`)])
  })

  test('an answer without a length ends with the connection', () => {
    const w = watch(http1)
    w.client(GET)
    w.server('HTTP/1.0 200 OK\r\n\r\nhello')
    expect(w.calls).toEqual([])
    w.decoder.serverEnded(9000)
    expect(w.calls).toEqual([expect.stringMatching(/^GET \/a 200 ok/)])
  })

  test('an early final answer ends the call at the answer, whatever becomes of the body', () => {
    const w = watch(http1)
    w.client('PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc')
    w.server('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
    expect(w.calls).toEqual([])
    w.decoder.clientEnded(50_000)
    w.decoder.close('done', 90_000)
    expect(w.calls).toEqual([expect.stringMatching(/^PUT \/big 413 client_error/)])
    expect(w.times).toEqual([{ duration_ms: 1, ttfb_ms: 1 }])
  })

  test('a body that goes on after the service has ended is not read as requests', () => {
    for (const [answer, wanted] of [
      ['', 'PUT /big reset UC'],
      ['HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n', 'PUT /big 413 client_error'],
    ] as const) {
      const w = watch(http1)
      w.client('PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc')
      if (answer !== '') w.server(answer)
      w.decoder.serverEnded(9000)
      w.client('\0\0\0\0')
      w.decoder.clientEnded(9500)
      w.decoder.close('server', 9600)
      expect(w.calls).toEqual([expect.stringMatching(`^${wanted}`)])
    }
  })

  test('what a service says behind an early answer is not a second answer to the call', () => {
    const w = watch(http1)
    w.client('PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc')
    w.server('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
    w.server('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    w.client('def')
    w.decoder.serverEnded(9000)
    w.decoder.close('done', 9000)
    expect(w.calls).toEqual([
      expect.stringMatching(/^PUT \/big 413 client_error/),
      expect.stringMatching(/^ *400 client_error op/),
    ])
    expect(w.reasons).toEqual(['unasked_bytes'])
  })

  test('a client that leaves a stream of events is not a fault of the service', () => {
    const w = watch(http1)
    w.client(GET)
    w.server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n')
    w.decoder.clientEnded(5000)
    w.decoder.serverEnded(6000)
    w.decoder.close('done', 6000)
    expect(w.calls).toEqual([expect.stringMatching(/^GET \/a 200 unfinished DC/)])
  })

  test.each([
    ['that cannot be a request', '\0early', ['before_tunnel']],
    ['that could become one', 'early', []],
    ['that is one', GET, []],
  ])('bytes %s, sent ahead of the answer to an upgrade, belong to its tunnel', (_name, early, reasons) => {
    const w = watch(http1)
    const request = 'POST /attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'
    w.client(request)
    w.client(early)
    w.server('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello')
    w.client(' more')
    w.decoder.clientEnded(5000)
    w.decoder.serverEnded(6000)
    w.decoder.close('done', 6000)
    expect(w.reasons).toEqual(reasons)
    expect(w.calls.at(-1)).toMatch(/^POST \/attach 101 ok/)
    if (early !== GET) expect(w.calls).toHaveLength(1)
  })

  test('requests that nobody answers are kept apart up to a bound, whatever their number', () => {
    const w = watch(http1)
    for (let turn = 0; turn < 1500; turn++) w.client(GET)
    expect(w.started).toBe(1001)
    expect(w.reasons).toEqual(['calls_max'])
    w.server(OK)
    expect(w.calls).toHaveLength(1)
    w.decoder.close('client', 9000)
    expect(w.calls).toHaveLength(1001)
  })

  test('an answer to half a head is the answer to that call', () => {
    const w = watch(http1, { untouched: true })
    w.client('GET /slow HTTP/1.1\r\nHo')
    w.server('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n')
    w.client('st: x\r\n\r\n')
    expect(w.calls).toEqual([expect.stringMatching(/^GET \/slow 408 client_error/)])
    expect(w.started).toBe(1)
  })

  test.each([
    ['the service ends without an answer', 'serverEnded', 'GET /a reset UC'],
    ['the client leaves', 'client', 'GET /a unfinished DC'],
    ['the service resets', 'server', 'GET /a reset UR'],
    ['the service is not there', 'unreachable', 'GET /a server_error UF'],
    ['the tap stops', 'tap', 'GET /a unfinished DR'],
  ] as const)('%s', (_name, cause, wanted) => {
    const w = watch(http1)
    w.client(GET)
    if (cause === 'serverEnded') w.decoder.serverEnded(5000)
    else w.decoder.close(cause, 5000)
    expect(w.calls).toEqual([expect.stringMatching(`^${wanted} `)])
  })
})

describe('tunnels', () => {
  const handshake = (to: string) =>
    `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n\r\n`

  test.each([
    ['websocket', 'websocket'],
    ['tcp', 'opaque'],
    ['SPDY/3.1', 'opaque'],
  ])('an upgrade to %s is one call until the end', (to, protocol) => {
    const w = watch(http1, { untouched: true })
    w.client(handshake(to))
    w.server(`HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n\r\nhi`)
    w.client('\x00raw')
    w.decoder.close('done', 9000)
    expect(w.calls).toEqual([
      expect.stringMatching(`^GET /ws 101 ok ${protocol} ${handshake(to).length + 4}>`),
    ])
  })

  test('CONNECT', () => {
    const w = watch(http1, { untouched: true })
    w.client('CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n')
    w.server('HTTP/1.1 200 Fine\r\n\r\n')
    w.client('\x00\x00\x00\x08')
    w.decoder.close('client', 9000)
    expect(w.calls).toEqual([expect.stringMatching(/^CONNECT 200 unfinished DC opaque/)])
  })
})

describe('what cannot be decoded', () => {
  test.each([
    [
      'both lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      'length_and_coding',
    ],
    ['a folded line', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', 'folded_line'],
    ['a bare LF', 'GET / HTTP/1.1\nHost: x\n\n', 'version_invalid'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 'space_before_colon'],
  ])('%s makes the rest one opaque call with its rule', (_name, request, rule) => {
    const w = watch(http1)
    expect(w.client(request)).toBe(request)
    w.server('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(w.client(GET)).toBe(GET)
    w.decoder.close('done', 9000)
    expect(w.reasons).toEqual([rule])
    expect(w.calls).toEqual([
      expect.stringMatching(`client_error op ${rule} opaque ${request.length + GET.length}>28$`),
    ])
  })

  test('calls before it are decoded to their end', () => {
    const w = watch(http1)
    w.client(`${GET}GET / HTTP/1.1\nHost: x\n\n`)
    w.server(OK)
    expect(w.calls).toEqual([expect.stringMatching(/^GET \/a 200 ok/)])
  })

  test.each([
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2'],
    ['TLS', '\x16\x03\x01\x02\x00\x01', 'tls'],
  ])('%s is opaque from its first byte', (_name, bytes, reason) => {
    const w = watch(http1)
    expect(w.client(bytes)).toBe(bytes)
    w.server('\x00\x00\x00')
    w.decoder.close('done', 9000)
    expect(w.reasons).toEqual([reason])
    expect(w.calls).toEqual([expect.stringMatching(`^ok op \\w+ opaque ${bytes.length}>3$`)])
  })

  test('a service that speaks first', () => {
    const w = watch(http1)
    w.server('220 mail ready\r\n')
    w.client('EHLO x\r\n')
    w.decoder.close('done', 9000)
    expect(w.reasons).toEqual(['server_first'])
    expect(w.calls).toEqual(['ok op opaque 8>16'])
  })

  test.each([
    ['LF-only', 'HTTP/1.1 200 OK\nContent-Length: 1\n\nx'],
    ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['identity', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nx'],
  ])('an answer with %s keeps its status', (_name, answer) => {
    const w = watch(http1)
    w.client(GET)
    w.server(answer)
    w.decoder.close('done', 9000)
    expect(w.calls).toEqual([expect.stringMatching(/^GET \/a 200 ok op \w+ opaque/)])
  })

  test.each([
    ['raw UTF-8', 'GET /caf\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n', 'target_invalid'],
    ['another expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n', 'expectation_unknown'],
    ['a long method', `${'M'.repeat(40)} / HTTP/1.1\r\nHost: x\r\n\r\n`, 'method_too_long'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'host_missing'],
    ['a zone in Host', 'GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n', 'host_invalid'],
  ])('%s is decoded all the same, with a finding', (_name, request, rule) => {
    const w = watch(http1)
    w.client(request)
    w.server(OK)
    expect(w.reasons).toEqual([])
    expect(w.calls).toEqual([expect.stringMatching(` 200 ok ${rule} `)])
  })
})

describe('any split of the bytes', () => {
  const conversation =
    `${GET}POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n0\r\n\r\n` +
    'PUT /c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody'
  const answers = `HTTP/1.1 100 Continue\r\n\r\n${OK}HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n${OK}`
  const strip = (text: string) => text.replace(/traceparent: [^\r]*\r\n/g, '')

  test.each([1, 2, 3, 7, 16])('pieces of %i bytes give the same calls and the same bytes', (size) => {
    const whole = watch(http1)
    whole.client(conversation)
    whole.server(answers)
    const w = watch(http1)
    expect(strip(w.client(conversation, size))).toBe(conversation)
    w.server(answers, size)
    expect(w.calls).toEqual(whole.calls)
    expect(w.calls).toHaveLength(3)
  })

  test('whatever comes, the bytes go on as they are, apart from trace fields', () => {
    const line = fc.constantFrom(
      GET,
      OK,
      'GET / HTTP/1.1\r\n',
      'Host: x\r\n',
      '\r\n',
      '\n',
      'A: b\r\n',
      '\x00',
      'traceparent: x\r\n',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (lines, size) => {
        const w = watch(http1, { untouched: true })
        expect(w.client(lines.join(''), size)).toBe(lines.join(''))
        w.server(lines.join(''), size)
        w.decoder.close('done', 1e9)
        const bytes = w.calls.reduce((sum, call) => sum + Number(/(\d+)>/.exec(call)![1]), 0)
        expect(bytes).toBeLessThanOrEqual(lines.join('').length)
      }),
    )
  })
})
