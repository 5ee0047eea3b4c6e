import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpPeer } from '../../net/http-peer.ts'
import { backOff_ms, openPeer, retryAfter_ms } from '../../net/http-peer.ts'

const BOUNDS = { deadline_ms: 5_000, answer_bytes_max: 1000 }
const GET = { method: 'GET', path: '/v1/x', headers: {} } as const
const open: { server: Server; peer: HttpPeer }[] = []
afterEach(async () => {
  for (const { server, peer } of open.splice(0)) {
    peer.close()
    server.closeAllConnections()
    server.close()
  }
})

async function peerOf(listener: RequestListener, below = ''): Promise<HttpPeer> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = await openPeer(`http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`, 1)
  open.push({ server, peer })
  return peer
}

test('asks below the path of the address, over one connection, and gives the answer whole', async () => {
  const ports = new Set<number | undefined>()
  const peer = await peerOf((request, response) => {
    ports.add(request.socket.remotePort)
    response.writeHead(201, { etag: '"a.1"' }).end(`${request.method} ${request.url}`)
  }, '/mesh/')
  const reply = await peer.ask(GET, BOUNDS)
  expect(reply).toMatchObject({ kind: 'answer', status: 201, headers: { etag: '"a.1"' } })
  expect(reply.kind === 'answer' && reply.body.toString()).toBe('GET /mesh/v1/x')
  await peer.ask({ ...GET, method: 'POST', body: Buffer.from('x') }, BOUNDS)
  expect(ports.size).toBe(1)
})

test('an answer that is too large, breaks off or never comes is told apart', async () => {
  const large = await peerOf((_, response) =>
    response.writeHead(200, { etag: '"a.2"' }).end('x'.repeat(2000)),
  )
  expect(await large.ask(GET, BOUNDS)).toMatchObject({ tooLarge: true, headers: { etag: '"a.2"' } })
  const broken = await peerOf((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('x', () => response.destroy())
  })
  expect(await broken.ask(GET, BOUNDS)).toMatchObject({ kind: 'failed', tooLarge: false, headers: {} })
  const silent = await peerOf(() => {})
  expect(await silent.ask(GET, { ...BOUNDS, deadline_ms: 20 })).toEqual({
    kind: 'failed',
    reason: 'no answer within 20 ms',
    headers: undefined,
    tooLarge: false,
  })
})

test('a question that is called off ends at once', async () => {
  const asked = new AbortController()
  const peer = await peerOf(() => asked.abort())
  expect(await peer.ask(GET, BOUNDS, asked.signal)).toMatchObject({ kind: 'failed', reason: 'ABORT_ERR' })
  expect((await peer.ask(GET, BOUNDS, asked.signal)).kind).toBe('failed')
})

test('Retry-After in seconds, bounded; dates and nonsense are no wait', () => {
  const waits = ['7', '999999', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT', undefined]
  const asked = waits.map((value) => retryAfter_ms(value === undefined ? {} : { 'retry-after': value }))
  expect(asked).toEqual([7000, 300_000, 0, 0, 0])
})

test('waits double up to the longest, half of each by chance', () => {
  for (const [failures, full_ms] of [
    [0, 1000],
    [3, 8000],
    [50, 60_000],
  ] as const) {
    const waits = Array.from({ length: 200 }, () => backOff_ms(failures, 1000, 60_000))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(full_ms / 2)
    expect(Math.max(...waits)).toBeLessThanOrEqual(full_ms)
    expect(new Set(waits).size).toBeGreaterThan(1)
  }
})
