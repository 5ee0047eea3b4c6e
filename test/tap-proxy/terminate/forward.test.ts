import { createAllowList } from '../../../net/allow.ts'
import { ask, type Backend, connectRaw, get, type Rig, startEcho, startRig, until } from '../relay/rig.ts'

let backend: Backend & { requests: () => string[] }
let rig: Rig

beforeEach(async () => {
  backend = await startEcho()
  const names: Record<string, string[]> = { 'shop.test': ['127.0.0.1'], 'two.test': ['::1', '127.0.0.1'] }
  const allow = createAllowList(['shop.test', 'two.test'], { lookup: async (name) => names[name] ?? [] })
  rig = await startRig({ settings: { kind: 'forward-proxy', destination: '' }, deps: { allow } })
})

afterEach(() => {
  rig.close()
  backend.close()
})

describe('a forward proxy', () => {
  test('rewrites the absolute form and Host (Q30), and names the destination', async () => {
    const { port } = backend
    const request = `GET http://shop.test:${port}/a?b=1 HTTP/1.1\r\nHost: wrong.test\r\nX: y\r\n\r\n`
    expect(await ask(rig.port, request)).toContain('hello')
    expect(backend.requests()[0]).toMatch(
      new RegExp(`^GET /a\\?b=1 HTTP/1.1\r\nHost: shop.test:${port}\r\nX: y\r\n`),
    )
    expect(backend.requests()[0]).not.toContain('wrong.test')
    expect(rig.records).toMatchObject([{ method: 'GET', path: '/a', status: 200 }])
    expect(rig.records[0]!.parties).toMatchObject({ destination: 'shop.test', reporter: 'client' })
  })

  test('keeps several calls of one connection apart', async () => {
    const client = await connectRaw(rig.port)
    const request = (path: string) =>
      `GET http://shop.test:${backend.port}${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    client.socket.write(request('/1') + request('/2'))
    await until(() => rig.records.length === 2, 'both')
    client.socket.write(request('/3'))
    await until(() => rig.records.length === 3, 'the third')
    expect(rig.records.map(({ path }) => path)).toEqual(['/1', '/2', '/3'])
  })

  test('relays CONNECT as an opaque call', async () => {
    const client = await connectRaw(rig.port)
    client.socket.write(`CONNECT shop.test:${backend.port} HTTP/1.1\r\nHost: shop.test\r\n\r\n`)
    await until(() => client.text().includes('\r\n\r\n'), '200')
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 /)
    client.socket.write(get())
    await until(() => client.text().endsWith('hello'), 'the answer')
    client.socket.end()
    await until(() => backend.connections[0]!.ended, 'the half-close')
    backend.connections[0]!.socket.end()
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ method: 'CONNECT', status: 200, outcome: 'ok' })
    expect(rig.records[0]!.parties).toMatchObject({ protocol: 'opaque', destination: 'shop.test' })
  })

  test.each([
    [
      'a name that is not listed and not private',
      'GET http://169.254.169.254/latest HTTP/1.1\r\nHost: a\r\n\r\n',
      403,
    ],
    ['CONNECT to a metadata address', 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: a\r\n\r\n', 403],
    ['CONNECT without a port', 'CONNECT shop.test HTTP/1.1\r\nHost: a\r\n\r\n', 403],
    ['origin form', get('/'), 400],
    ['another scheme', 'GET https://shop.test/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['user information', 'GET http://user@shop.test/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ])('refuses %s', async (_name, request, status) => {
    expect(await ask(rig.port, request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(backend.connections).toHaveLength(0)
    expect(rig.records).toHaveLength(1)
    if (status === 403) expect(rig.records[0]).toMatchObject({ flags: 'NR', outcome: 'denied' })
  })

  test.each(['GET http://gone.test/x', 'CONNECT gone.test:443'])(
    '%s: a name without an address is no refusal',
    async (line) => {
      const answer = await ask(rig.port, `${line} HTTP/1.1\r\nHost: a\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*gone\.test has no address/)
      expect(rig.records).toMatchObject([{ status: 502, flags: 'UH', outcome: 'server_error' }])
    },
  )

  test('a refused destination says how to allow it', async () => {
    const answer = await ask(rig.port, 'GET http://169.254.169.254/ HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(answer).toContain('--allow 169.254.169.254')
  })

  test('CONNECT to a port where nothing listens is answered 502', async () => {
    backend.close()
    const answer = await ask(rig.port, `CONNECT shop.test:${backend.port} HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*ECONNREFUSED/)
    expect(rig.records).toMatchObject([{ method: 'CONNECT', status: 502, flags: 'UF' }])
  })

  test('a name with two addresses of which one answers works by both ways', async () => {
    const { port } = backend
    for (let count = 0; count < 2; count++) {
      expect(await ask(rig.port, `GET http://two.test:${port}/ HTTP/1.1\r\nHost: a\r\n\r\n`)).toContain(
        'hello',
      )
      const client = await connectRaw(rig.port)
      client.socket.write(`CONNECT two.test:${port} HTTP/1.1\r\nHost: a\r\n\r\n`)
      await until(() => client.text().startsWith('HTTP/1.1 200 '), 'the tunnel')
    }
  })
})
