import { ask, get, startEcho, startRig } from '../relay/rig.ts'

/** What a backend gets of a request. */
async function forwarded(request: string): Promise<string> {
  const backend = await startEcho()
  const rig = await startRig({ backendPort: backend.port })
  await ask(rig.port, request)
  rig.close()
  backend.close()
  return backend.requests()[0]!.replace(/traceparent: [0-9a-f-]+\r\n/, 'T\r\n')
}

test('the usual request keeps its own bytes, with the trace behind them', async () => {
  expect(await forwarded(get('/a?b=%zz', 'X-A:  1 ', 'x_y: \xff'))).toBe(
    'GET /a?b=%zz HTTP/1.1\r\nHost: a.test\r\nX-A:  1 \r\nx_y: \xff\r\nT\r\n\r\n',
  )
})

test('fields of one connection stay there (Q36); Host and framing cannot be named away (Q35)', async () => {
  const fields = [
    'Connection: close, Authorization, Host',
    'Authorization: x',
    'Keep-Alive: 1',
    'TE: gzip',
    'A: 1',
  ]
  expect(await forwarded(get('/', ...fields))).toBe('GET / HTTP/1.1\r\nHost: a.test\r\nA: 1\r\nT\r\n\r\n')
})

test('odd framing is written plainly (Q5)', async () => {
  expect(await forwarded('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \t002\r\n\r\nok')).toBe(
    'POST / HTTP/1.1\r\nContent-Length: 2\r\nHost: a\r\nT\r\n\r\nok',
  )
  expect(
    await forwarded('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n1;x\r\na\r\n0\r\n\r\n'),
  ).toBe('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\nT\r\n\r\n1\r\na\r\n0\r\n\r\n')
})

test('the absolute form becomes the origin form with its own Host (Q30)', async () => {
  expect(await forwarded('GET http://b.test?x HTTP/1.1\r\nA: 1\r\nHost: a\r\n\r\n')).toBe(
    'GET /?x HTTP/1.1\r\nHost: b.test\r\nA: 1\r\nT\r\n\r\n',
  )
  expect(await forwarded('OPTIONS http://b.test HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(
    /^OPTIONS \* HTTP\/1\.1\r\n/,
  )
})

test('a head larger than usual goes on whole', async () => {
  const long = `X: ${'y'.repeat(12_000)}`
  expect(await forwarded(get('/', long))).toContain(`\r\n${long}\r\n`)
})
