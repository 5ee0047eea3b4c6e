import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RouteTable } from '../../../protocol/route/route-table.ts'
import { type LossCounts, Losses, lossHeader, NO_LOSSES } from '../../../tap-proxy/ship/losses.ts'
import type { ShipTimes } from '../../../tap-proxy/ship/ship.ts'
import { Shipper } from '../../../tap-proxy/ship/ship.ts'
import { draftOf } from '../support/draft.ts'
import type { Reply, SeenBatch } from '../support/stub-collector.ts'
import { accept, answer, hang, recordsOf, stubCollector, until } from '../support/stub-collector.ts'

const QUICK: ShipTimes = { deadline_ms: 300, retry_first_ms: 4, retry_max_ms: 16, heartbeat_ms: 20 }
const refuse =
  (status: number, code: string): Reply =>
  (response) =>
    response.writeHead(status).end(JSON.stringify({ error: { code, message: 'why', hint: '' } }))
const routes = new RouteTable(10)
const draft = draftOf()
const route = routes.routeOf(draft.head, draft.pathStart, draft.pathEnd)

interface More {
  buffer_bytes_max?: number
  times?: Partial<ShipTimes>
  boot?: string
  told?: LossCounts
  spool?: string
  losses?: Losses
}

function shipperTo(url: string, more: More = {}) {
  const losses = more.losses ?? new Losses()
  const events: string[] = []
  const shipper = new Shipper(
    {
      url,
      token: 'secret',
      buffer_bytes_max: more.buffer_bytes_max ?? 1_000_000,
      flush_ms: 5,
    },
    losses,
    {
      collectorLost: (reason, code) => events.push(`lost ${reason} ${code}`),
      collectorBack: () => events.push('back'),
      batchRejected: (status, _, rows) => events.push(`rejected ${status} ${rows}`),
      rowsLost: () => events.push('rows'),
      rowsUnsent: (rows, folder) => events.push(`unsent ${rows} ${folder === undefined ? 'lost' : 'kept'}`),
      rowsRead: (rows) => events.push(`read ${rows}`),
    },
    {
      sender: {
        tap: 'orders@host',
        service: 'orders',
        version: '1',
        boot: more.boot ?? '0123456789abcdef',
      },
      told: more.told ?? NO_LOSSES,
      spool: more.spool,
      times: { ...QUICK, heartbeat_ms: 100_000, ...more.times },
    },
  )
  const calls = (count: number) => {
    for (let index = 0; index < count; index++) shipper.call(draft, route)
  }
  return { shipper, losses, events, calls }
}

describe('Shipper', () => {
  test('introduces itself, sends rows with the headers of the contract, in order, each once', async () => {
    const collector = await stubCollector()
    const { shipper, calls } = shipperTo(collector.url)
    shipper.start()
    await until('introduction', () => collector.seen.length === 1)
    calls(2500)
    await until('rows', () => collector.records().length === 2500)
    await shipper.stop(1000)
    expect(collector.seen[0]).toMatchObject({ seq: 0, rows: 0, records: [] })
    expect(collector.seen.map((batch) => batch.seq)).toEqual(collector.seen.map((_, index) => index))
    for (const batch of collector.seen) expect(batch.records).toHaveLength(batch.rows)
    expect(collector.seen.at(-1)!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/vnd.tapmesh.rows',
      'content-encoding': 'identity',
      'x-tapmesh-tap': 'orders@host',
      'x-tapmesh-service': 'orders',
      'x-tapmesh-boot': '0123456789abcdef',
      'x-tapmesh-dropped': '',
    })
    expect(shipper.stats).toMatchObject({ rows: 2500, failures: 0 })
    await collector.close()
  })

  test('heartbeats while nothing happens', async () => {
    const collector = await stubCollector()
    const { shipper } = shipperTo(collector.url, { times: { heartbeat_ms: 10 } })
    shipper.start()
    await until('heartbeats', () => collector.seen.length >= 3)
    await shipper.stop(1000)
    expect(collector.records()).toEqual([])
    await collector.close()
  })

  test('an outage: everything within the budget arrives afterwards, once, under its first number', async () => {
    const collector = await stubCollector(answer(503))
    const { shipper, calls, events, losses } = shipperTo(collector.url)
    shipper.start()
    calls(100)
    await until('tries', () => shipper.stats.failures >= 4)
    const accepted: SeenBatch[] = []
    collector.setReply((response, batch) => {
      accepted.push(batch)
      accept(response, batch)
    })
    await until('rows', () => recordsOf(accepted).length === 100)
    await shipper.stop(1000)
    const numbers = accepted.map((batch) => batch.seq)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(events).toEqual(['lost status 503 TAPMESH_PEER_UNAVAILABLE', 'back'])
    expect(losses.counts).toEqual(NO_LOSSES)
    await collector.close()
  })

  test('a backlog past the budget loses the oldest, compressed and counted exactly', async () => {
    const collector = await stubCollector(hang)
    const { shipper, calls, losses } = shipperTo(collector.url, { buffer_bytes_max: 300_000 })
    shipper.start()
    for (let round = 0; round < 20; round++) {
      calls(1000)
      shipper.flush()
    }
    expect(losses.counts.overflow).toBeGreaterThan(0)
    const accepted: SeenBatch[] = []
    collector.setReply((response, batch) => {
      accepted.push(batch)
      accept(response, batch)
    })
    await until('rows', () => recordsOf(accepted).length + losses.counts.overflow === 20_000)
    await until('an empty queue', () => shipper.queueBytes === 0)
    shipper.call(draft, route)
    await until(
      'the loss is told',
      () => collector.seen.at(-1)!.headers['x-tapmesh-dropped'] === lossHeader(losses.counts, NO_LOSSES),
    )
    await shipper.stop(1000)
    await collector.close()
  })

  test('a batch that the collector found bad is counted, and the next one goes on', async () => {
    const collector = await stubCollector(refuse(400, 'TAPMESH_BATCH_MALFORMED'))
    const { shipper, calls, losses, events } = shipperTo(collector.url)
    calls(7)
    shipper.flush()
    await until('refusal', () => losses.counts.rejected === 7)
    collector.setReply(accept)
    calls(3)
    shipper.flush()
    await until('rows', () => shipper.stats.rows === 3)
    expect(events).toContain('rejected 400 7')
    await shipper.stop(1000)
    await collector.close()
  })

  test.each([
    [401, 'TAPMESH_TOKEN_MISSING'],
    [403, 'TAPMESH_TOKEN_WRONG'],
    [422, 'TAPMESH_BATCH_VERSION'],
    [426, 'TAPMESH_BATCH_VERSION'],
  ])('a refusal with %d %s costs nothing: rows wait, it is said once', async (status, code) => {
    const collector = await stubCollector(refuse(status, code))
    const { shipper, calls, losses, events } = shipperTo(collector.url)
    calls(7)
    shipper.flush()
    await until('tries', () => shipper.stats.failures >= 4)
    collector.setReply(accept)
    await until('rows', () => shipper.stats.rows === 7)
    expect(losses.counts).toEqual(NO_LOSSES)
    expect(events).toEqual([`lost status ${status}, why ${code}`, 'back'])
    await shipper.stop(1000)
    await collector.close()
  })

  test('another token is tried at once, and nothing begins again', async () => {
    const collector = await stubCollector((response, batch) =>
      batch.headers.authorization === 'Bearer right'
        ? accept(response, batch)
        : refuse(403, 'TAPMESH_TOKEN_WRONG')(response, batch),
    )
    const times = { retry_first_ms: 60_000, retry_max_ms: 60_000 }
    const { shipper, calls, losses } = shipperTo(collector.url, { times })
    calls(7)
    shipper.flush()
    await until('a refusal', () => shipper.stats.failures === 1)
    losses.add('overflow', 5)
    shipper.use({ url: collector.url, token: 'right', buffer_bytes_max: 1_000_000, flush_ms: 5 })
    await until('rows', () => shipper.stats.rows === 7)
    expect(collector.seen.at(-1)).toMatchObject({ seq: 1, rows: 7 })
    expect(collector.seen.at(-1)!.headers['x-tapmesh-dropped']).toBe('overflow=5')
    await shipper.stop(1000)
    await collector.close()
  })

  test('losses that one shipper could not report are reported by the next, once', async () => {
    const [first, second] = [await stubCollector(), await stubCollector()]
    const losses = new Losses()
    const old = shipperTo(first.url, { losses })
    losses.add('overflow', 3)
    old.calls(1)
    old.shipper.flush()
    await until('rows', () => old.shipper.stats.rows === 1)
    losses.add('overflow', 4)
    const told = old.shipper.handOver()
    old.calls(1)
    await old.shipper.stop(1000)
    const next = shipperTo(second.url, { losses, told, boot: 'f'.repeat(16) })
    next.calls(1)
    next.shipper.flush()
    await until('rows', () => next.shipper.stats.rows === 1)
    expect(first.seen.map(({ headers }) => headers['x-tapmesh-dropped'])).toEqual([
      'overflow=3',
      'overflow=3',
    ])
    expect(second.seen.at(-1)!.headers['x-tapmesh-dropped']).toBe('overflow=4')
    await next.shipper.stop(1000)
    await first.close()
    await second.close()
  })

  test('what is not sent at the end is kept, and sent at the next start under its first number, with its losses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tapmesh-ship-'))
    const dead = shipperTo('http://127.0.0.1:1', { spool: folder })
    dead.calls(10)
    dead.shipper.flush()
    await until('a try', () => dead.shipper.stats.failures > 0)
    dead.losses.add('overflow', 2)
    dead.calls(5)
    await dead.shipper.stop(30)
    expect(dead.losses.counts.shutdown).toBe(0)
    expect(dead.events.at(-1)).toBe('unsent 15 kept')
    const collector = await stubCollector()
    const next = shipperTo(collector.url, { spool: folder, boot: 'f'.repeat(16) })
    next.shipper.start()
    await until('rows', () => collector.records().length === 15)
    const kept = collector.seen.filter(({ headers }) => headers['x-tapmesh-boot'] === '0123456789abcdef')
    expect(kept.map(({ seq, rows }) => [seq, rows])).toEqual([
      [1, 10],
      [2, 5],
    ])
    expect(kept.at(-1)!.headers['x-tapmesh-dropped']).toBe('overflow=2')
    expect(next.events).toContain('read 15')
    await until('an empty folder', async () => (await readdir(folder)).length === 0)
    await next.shipper.stop(1000)
    expect(await readdir(folder)).toEqual([])
    await collector.close()
    await rm(folder, { recursive: true })
  })

  test('stopping sends what waits; without a collector it ends at the grace and counts the rest', async () => {
    const collector = await stubCollector()
    const first = shipperTo(collector.url)
    first.calls(10)
    await first.shipper.stop(2000)
    expect(collector.records()).toHaveLength(10)
    await collector.close()
    const second = shipperTo('http://127.0.0.1:1')
    second.calls(10)
    await second.shipper.stop(30)
    expect(second.losses.counts.shutdown).toBe(10)
    expect(second.events.at(-1)).toBe('unsent 10 lost')
  })

  test('a wall clock that jumps changes neither retries nor heartbeats', async () => {
    const collector = await stubCollector()
    const { shipper, calls } = shipperTo(collector.url, { times: { heartbeat_ms: 10 } })
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0)
    shipper.start()
    calls(5)
    await until('rows', () => collector.records().length === 5)
    clock.mockReturnValue(4e15)
    calls(5)
    await until('rows', () => collector.records().length === 10)
    const before = collector.seen.length
    await until('heartbeats', () => collector.seen.length > before)
    clock.mockRestore()
    await shipper.stop(1000)
    await collector.close()
  })
})
