import { RouteTable } from '../../../protocol/route/route-table.ts'
import { Losses } from '../../../tap-proxy/ship/losses.ts'
import type { ShipTimes } from '../../../tap-proxy/ship/ship.ts'
import { Shipper } from '../../../tap-proxy/ship/ship.ts'
import { draftOf } from '../support/draft.ts'
import type { SeenBatch } from '../support/stub-collector.ts'
import { accept, answer, hang, linesOf, stubCollector, until } from '../support/stub-collector.ts'

const QUICK: ShipTimes = { deadline_ms: 300, retry_first_ms: 4, retry_max_ms: 16, heartbeat_ms: 20 }
const routes = new RouteTable(10)
const draft = draftOf()
const route = routes.routeOf(draft.head, draft.pathStart, draft.pathEnd)

function shipperTo(url: string, more: { buffer_bytes_max?: number; times?: Partial<ShipTimes> } = {}) {
  const losses = new Losses()
  const events: string[] = []
  const shipper = new Shipper(
    {
      url,
      token: 'secret',
      buffer_bytes_max: more.buffer_bytes_max ?? 1_000_000,
      flush_ms: 5,
      tap: 'orders@host',
      service: 'orders',
      version: '1',
      boot: '0123456789abcdef',
    },
    losses,
    {
      collectorLost: (reason) => events.push(`lost ${reason}`),
      collectorBack: () => events.push('back'),
      batchRejected: (status, _, rows) => events.push(`rejected ${status} ${rows}`),
      rowsLost: () => events.push('rows'),
    },
    { ...QUICK, heartbeat_ms: 100_000, ...more.times },
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
    await until('rows', () => collector.lines().length === 2500)
    await shipper.stop(1000)
    expect(collector.seen[0]).toMatchObject({ seq: 1, rows: 0, lines: [] })
    expect(collector.seen.map((batch) => batch.seq)).toEqual(collector.seen.map((_, index) => index + 1))
    for (const batch of collector.seen) expect(batch.lines).toHaveLength(batch.rows)
    expect(collector.seen.at(-1)!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'text/tab-separated-values',
      'content-encoding': 'identity',
      'x-tapmesh-row-version': '1',
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
    expect(collector.lines()).toEqual([])
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
    await until('rows', () => linesOf(accepted).length === 100)
    await shipper.stop(1000)
    const numbers = accepted.map((batch) => batch.seq)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(events).toEqual(['lost status 503', 'back'])
    expect(losses.header(new Losses().counts)).toBe('')
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
    await until('rows', () => linesOf(accepted).length + losses.counts.overflow === 20_000)
    await until('an empty queue', () => shipper.queueBytes === 0)
    shipper.call(draft, route)
    await until(
      'the loss is told',
      () => collector.seen.at(-1)!.headers['x-tapmesh-dropped'] === losses.header(new Losses().counts),
    )
    await shipper.stop(1000)
    await collector.close()
  })

  test('a batch that the collector refuses for good is counted, and the next one goes on', async () => {
    const collector = await stubCollector(answer(401))
    const { shipper, calls, losses, events } = shipperTo(collector.url)
    shipper.start()
    calls(7)
    await until('refusal', () => losses.counts.rejected === 7)
    collector.setReply(accept)
    calls(3)
    await until('rows', () => shipper.stats.rows === 3)
    expect(events).toContain('rejected 401 7')
    await shipper.stop(1000)
    await collector.close()
  })

  test('stopping sends what waits; without a collector it ends at the grace and counts the rest', async () => {
    const collector = await stubCollector()
    const first = shipperTo(collector.url)
    first.calls(10)
    await first.shipper.stop(2000)
    expect(collector.lines()).toHaveLength(10)
    await collector.close()
    const second = shipperTo('http://127.0.0.1:1')
    second.calls(10)
    await second.shipper.stop(30)
    expect(second.losses.counts.shutdown).toBe(10)
  })

  test('a wall clock that jumps changes neither retries nor heartbeats', async () => {
    const collector = await stubCollector()
    const { shipper, calls } = shipperTo(collector.url, { times: { heartbeat_ms: 10 } })
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0)
    shipper.start()
    calls(5)
    await until('rows', () => collector.lines().length === 5)
    clock.mockReturnValue(4e15)
    calls(5)
    await until('rows', () => collector.lines().length === 10)
    const before = collector.seen.length
    await until('heartbeats', () => collector.seen.length > before)
    clock.mockRestore()
    await shipper.stop(1000)
    await collector.close()
  })
})
