import { ask, type Backend, connectRaw, get, type Rig, startBackend, startRig, until } from '../relay/rig.ts'

let backend: Backend
let rig: Rig

async function start(answer: string, end = false, untouched = false): Promise<void> {
  backend = await startBackend(({ socket }) => {
    socket.write(answer, 'latin1')
    if (end) socket.end()
  })
  rig = await startRig({ backendPort: backend.port, settings: { untouched } })
}

afterEach(() => {
  rig.close()
  backend.close()
})

describe('answers', () => {
  test('interim answers are forwarded, up to ten (S6)', async () => {
    await start(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    )
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.text().endsWith('ok'), 'the answer')
    expect(client.text()).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
    rig.close()
    backend.close()
    await start('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(11))
    const other = await connectRaw(rig.port)
    other.socket.write(get())
    await until(() => rig.records.length === 1, 'the record')
    expect(rig.records[0]).toMatchObject({ status: 502, flags: 'UPE' })
  })

  test('fields of the upstream’s connection stay there; the rest keeps its bytes and order (S15)', async () => {
    await start(
      'HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nset-cookie:  b=2\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok',
    )
    expect(await ask(rig.port, get())).toBe(
      'HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nset-cookie:  b=2\r\nContent-Length: 2\r\n\r\nok',
    )
  })

  test('untouched: not a byte of the answer changes', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\ncontent-length: 02\r\n\r\nok'
    await start(answer, false, true)
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.text().endsWith('ok'), 'the answer')
    expect(client.text()).toBe(answer)
  })

  test('a chunked answer to HTTP/1.0 loses its coding and ends with the connection', async () => {
    await start(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
    )
    const client = await connectRaw(rig.port)
    client.socket.write('GET / HTTP/1.0\r\n\r\n')
    await until(() => client.ended, 'the end')
    expect(client.text()).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde')
  })

  test('chunk extensions and forbidden trailers are cut out of an answer', async () => {
    await start(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-T: 1\r\nContent-Length: 9\r\n\r\n',
    )
    expect(await ask(rig.port, get())).toMatch(/\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n$/)
  })

  test('an answer without a length ends with its connection, and so does the client’s', async () => {
    await start('HTTP/1.1 200 OK\r\n\r\nuntil the end', true)
    const client = await connectRaw(rig.port)
    client.socket.write(get())
    await until(() => client.ended, 'the end')
    expect(client.text()).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end')
    expect(rig.records).toMatchObject([{ status: 200, outcome: 'ok', flags: '' }])
  })

  test('bytes behind an answer are dropped with their connection (S4)', async () => {
    await start('HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON')
    const client = await connectRaw(rig.port)
    client.socket.write(get('/1'))
    await until(() => client.text() !== '', 'the answer')
    expect(client.text()).toBe('HTTP/1.1 204 No Content\r\n\r\n')
    expect(rig.counters.surplusBytes).toBe(1)
    await until(() => backend.connections[0]!.ended, 'the upstream connection to go')
  })

  test('HEAD and 304 have no body whatever their fields say', async () => {
    await start('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
    const client = await connectRaw(rig.port)
    client.socket.write('HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(() => client.text().match(/Content-Length: 500/g)?.length === 2, 'two answers')
  })
})
