import { ask, connectRaw, get, startEcho, startRig, until } from '../tap-proxy/relay/rig.ts'

test('the relay works the same over public interfaces alone', async () => {
  const backend = await startEcho()
  const rig = await startRig({ backendPort: backend.port, transport: 'socket' })
  expect(await ask(rig.port, get('/1', 'Connection: keep-alive'))).toContain('hello')
  const body = 'x'.repeat(300_000)
  expect(
    await ask(rig.port, `POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  ).toContain('hello')
  const client = await connectRaw(rig.port)
  client.socket.write(get('/3') + get('/4') + get('/5', 'Connection: close'))
  await until(() => client.ended, 'the end')
  expect(client.text().match(/hello/g)).toHaveLength(3)
  expect(rig.records.map(({ path }) => path)).toEqual(['/1', '/2', '/3', '/4', '/5'])
  expect(backend.requests()[1]!.endsWith(body)).toBe(true)
  expect(backend.requests().every((request) => /\r\ntraceparent: 00-/.test(request))).toBe(true)
  rig.close()
  backend.close()
})
