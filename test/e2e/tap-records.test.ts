import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { CallRecord } from '../../model/call.ts'
import { stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import type { TapProcess } from './support/tap-process.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

/** One tap before a service that does whatever the path says, and its records. */
async function setUp() {
  const backend = await startBackend((request, response) => {
    const path = request.url ?? ''
    if (path.startsWith('/status/')) response.writeHead(Number(path.slice(8))).end()
    else if (path === '/reset') request.socket.resetAndDestroy()
    else if (path === '/cut')
      response.writeHead(200, { 'content-length': '100' }).write('x', () => request.socket.destroy())
    else if (path !== '/hang') response.end('hello')
  })
  const collector = await stubCollector()
  const tap = await startTapProcess([
    '--service',
    'orders',
    '--listen',
    '0',
    '--to',
    backend.address,
    '--outbound',
    '0=gone@127.0.0.1:1',
    '--outbound',
    '0=nowhere@nowhere.invalid:80',
    '--forward-proxy',
    '0',
    '--admin-port',
    '0',
    '--grace',
    '1s',
    '--zone',
    'eu-1',
    '--version',
    '7',
    '--collector',
    collector.url,
    '--token',
    't',
    '--caller',
    '127.0.0.0/8=web-api',
  ])
  return { backend, collector, tap }
}

async function rawCall(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

describe('one record for each call, also for those that fail', () => {
  let all: Awaited<ReturnType<typeof setUp>>
  let tap: TapProcess
  beforeAll(async () => {
    all = await setUp()
    tap = all.tap
  })
  afterAll(async () => {
    await tap?.stop()
    endTaps()
    await all?.backend.close()
    await all?.collector.close()
  })
  const recordOf = async (path: string): Promise<CallRecord> => {
    const find = () => all.collector.records().filter((record) => record.path === path)
    await until(`the record of ${path}`, () => find().length > 0)
    expect(find()).toHaveLength(1)
    return find()[0]!
  }

  test('an answer, with who called whom', async () => {
    await call(tap.port('inbound orders'), '/orders/42?secret=1', { method: 'POST', body: 'abc' })
    expect(await recordOf('/orders/42')).toMatchObject({
      reporter: 'server',
      source: 'web-api',
      source_evidence: 'config',
      source_instance: '127.0.0.1',
      destination: 'orders',
      destination_zone: 'eu-1',
      destination_version: '7',
      destination_instance: all.backend.address,
      protocol: 'http',
      method: 'POST',
      route: '/orders/{id}',
      status: '200',
      outcome: 'ok',
      response_flags: '',
      attempt: 1,
      security: 'plaintext',
    })
  })

  test.each([
    ['404', 'client_error'],
    ['503', 'server_error'],
    ['301', 'ok'],
  ])('status %s is %s', async (status, outcome) => {
    await call(tap.port('inbound orders'), `/status/${status}`)
    expect(await recordOf(`/status/${status}`)).toMatchObject({ status, outcome, response_flags: '' })
  })

  test('nobody listens there: UF', async () => {
    expect((await call(tap.port('outbound gone'), '/refused')).error).toBe('ECONNRESET')
    expect(await recordOf('/refused')).toMatchObject({
      reporter: 'client',
      source: 'orders',
      destination: 'gone',
      status: '',
      outcome: 'server_error',
      response_flags: 'UF',
    })
  })

  test('the name does not resolve: UH', async () => {
    expect((await call(tap.port('outbound nowhere'), '/unresolved')).error).toBe('ECONNRESET')
    expect(await recordOf('/unresolved')).toMatchObject({
      destination: 'nowhere',
      outcome: 'server_error',
      response_flags: 'UH',
    })
  })

  test('the service resets: UR; it cuts its answer: UC, and the caller does not take it for whole', async () => {
    expect((await call(tap.port('inbound orders'), '/reset')).error).not.toBe('')
    expect(await recordOf('/reset')).toMatchObject({ status: '', outcome: 'reset' })
    expect((await recordOf('/reset')).response_flags).toMatch(/^(UR|UC)$/)
    expect((await call(tap.port('inbound orders'), '/cut')).error).not.toBe('')
    expect(await recordOf('/cut')).toMatchObject({ status: '200', outcome: 'reset', response_flags: 'UC' })
  })

  test('the caller goes away: DC', async () => {
    const socket = await rawCall(tap.port('inbound orders'), 'GET /hang HTTP/1.1\r\nHost: a\r\n\r\n')
    await until('the call in flight', async () => (await tap.metric(/^tapmesh_requests_in_flight/)) === 1)
    socket.resetAndDestroy()
    expect(await recordOf('/hang')).toMatchObject({ outcome: 'unfinished', response_flags: 'DC', status: '' })
  })

  test('what two readers could understand differently is relayed as it is, recorded and found', async () => {
    const socket = await rawCall(
      tap.port('inbound orders'),
      'GET /smuggle HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    // Reads on to the service's end of the connection, and then ends it too.
    socket.resume()
    const record = await recordOf('/smuggle')
    // The service's own answer; it is Node's, which refuses such a request.
    expect(record).toMatchObject({
      protocol: 'opaque',
      method: 'GET',
      status: '400',
      verdicts: ['strict=would_deny;rule=length_and_coding'],
      attributes: { opaque_reason: 'length_and_coding' },
    })
    expect(record.response_flags).toMatch(/^op/)
    expect(await tap.metric(/^tapmesh_opaque_total\{reason="length_and_coding"/)).toBe(1)
  })

  test('a metadata address through the forward proxy: NR', async () => {
    const proxy = tap.port('forward-proxy any')
    const { status } = await call(proxy, 'http://169.254.169.254/latest/meta-data')
    expect(status).toBe(403)
    expect(await recordOf('/latest/meta-data')).toMatchObject({
      destination: '169.254.169.254',
      outcome: 'denied',
      response_flags: 'NR',
    })
  })

  test('a hostile path stays one row', async () => {
    const before = all.collector.records().length
    await rawCall(tap.port('inbound orders'), 'GET /inject\\t%0a"\'<b>\\N HTTP/1.1\r\nHost: a\r\n\r\n')
    await until('the row', () => all.collector.records().length > before)
    for (const { path } of all.collector.records()) expect(path).toMatch(/^[\x20-\x7e]*$/)
  })
})

test('the tap is told to stop before a call ends: DR', async () => {
  const { backend, collector, tap } = await setUp()
  await rawCall(tap.port('inbound orders'), 'GET /hang HTTP/1.1\r\nHost: a\r\n\r\n')
  await until('the call in flight', async () => (await tap.metric(/^tapmesh_requests_in_flight/)) === 1)
  expect(await tap.stop()).toBe(0)
  expect(tap.stderr()).toMatch(/1 calls were cut/)
  expect(collector.records()).toMatchObject([{ path: '/hang', outcome: 'unfinished', response_flags: 'DR' }])
  await backend.close()
  await collector.close()
})

test('a service that never answers, behind a forward proxy with a limit: UT', async () => {
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises')
  const folder = await mkdtemp('/tmp/tap-records-')
  await writeFile(
    `${folder}/tap.yaml`,
    `service: a\nforwardProxy: [{ listen: 0 }]\nlimits: { answer: 100ms }\naccessLog: { format: json }\n`,
  )
  const tap = await startTapProcess(['--config', `${folder}/tap.yaml`, '--admin-port', '0'])
  const proxied = `http://127.0.0.1:${port}/slow`
  expect((await call(tap.port('forward-proxy any'), proxied)).status).toBe(504)
  await until('the line', () => tap.stdout().includes('"/slow"'))
  expect(tap.stdout()).toMatch(/"status":"504","outcome":"timeout","response_flags":"UT"/)
  await tap.stop()
  silent.close()
  await rm(folder, { recursive: true })
})
