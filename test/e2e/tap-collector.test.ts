import { accept, answer, hang, stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { callSteadily, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

let backend: Awaited<ReturnType<typeof startBackend>>
beforeAll(async () => {
  backend = await startBackend()
})
afterEach(endTaps)
afterAll(() => backend.close())

const wordsFor = (collector: string, ...more: string[]) => [
  '--service',
  'orders',
  '--listen',
  '0',
  '--to',
  backend.address,
  '--admin-port',
  '0',
  '--collector',
  collector,
  '--token',
  'secret',
  ...more,
]

describe('telemetry never costs a call', () => {
  test('a collector that is well gets every call exactly once', async () => {
    const collector = await stubCollector()
    const tap = await startTapProcess(wordsFor(collector.url))
    const load = callSteadily(tap.port('inbound orders'))
    await until('some calls', () => load.results.length > 500)
    await load.stop()
    expect(await tap.stop()).toBe(0)
    expect(load.failed()).toEqual([])
    const records = collector.records()
    expect(records).toHaveLength(load.results.length)
    expect(new Set(records.map(({ span_id }) => span_id)).size).toBe(records.length)
    await collector.close()
  })

  test('down from the start, then there: nothing is lost', async () => {
    const collector = await stubCollector()
    const { port } = collector
    await collector.close()
    const tap = await startTapProcess(wordsFor(`http://127.0.0.1:${port}`))
    const load = callSteadily(tap.port('inbound orders'))
    await until('a failed try', async () => (await tap.metric(/^tapmesh_ship_failures_total/)) >= 1)
    await until('some calls', () => load.results.length > 200)
    const back = await stubCollector(accept, port)
    await until('rows', () => back.records().length > 0)
    await load.stop()
    expect(await tap.stop()).toBe(0)
    expect(load.failed()).toEqual([])
    expect(back.records()).toHaveLength(load.results.length)
    expect(tap.stderr()).toMatch(/collector does not take records: ECONNREFUSED[\s\S]*takes records again/)
    await back.close()
  })

  test.each([
    ['hangs', hang],
    ['answers 500', answer(500)],
    ['is busy', answer(503, { 'retry-after': '1' })],
  ])(
    'a collector that %s: no failed call, and at the end the loss is what the tap says',
    async (_, reply) => {
      const collector = await stubCollector(reply)
      const tap = await startTapProcess(wordsFor(collector.url, '--grace', '500ms'))
      const load = callSteadily(tap.port('inbound orders'))
      await until('some calls', () => load.results.length > 300 && collector.seen.length > 0)
      await load.stop()
      expect(load.failed()).toEqual([])
      expect(await tap.metric(/^tapmesh_requests_total/)).toBe(load.results.length)
      expect(await tap.stop()).toBe(0)
      await collector.close()
    },
  )

  test('a wrong token: rows wait until it is right, the reason is in the log once and the token is not', async () => {
    const error = { code: 'TAPMESH_TOKEN_WRONG', message: 'the token is not the one of this collector' }
    const collector = await stubCollector((response) =>
      response.writeHead(403).end(JSON.stringify({ error })),
    )
    const tap = await startTapProcess(wordsFor(collector.url))
    const load = callSteadily(tap.port('inbound orders'), 2)
    await until('some calls', () => load.results.length > 100 && collector.seen.length > 1)
    await load.stop()
    collector.setReply(accept)
    await until('every row', () => collector.records().length === load.results.length)
    expect(await tap.metric(/^tapmesh_records_dropped_total\{reason="rejected"\}/)).toBe(0)
    expect(load.failed()).toEqual([])
    expect(await tap.stop()).toBe(0)
    expect(tap.stderr().match(/TAPMESH_TOKEN_WRONG/g)).toHaveLength(1)
    expect(tap.stderr() + tap.stdout()).not.toContain('secret')
    await collector.close()
  })

  test('a wall clock that jumps about: no failed call, and every row is well-formed', async () => {
    const collector = await stubCollector()
    const jumping = 'let n=0;const real=Date.now;Date.now=()=>real()+(++n%3-1)*864e5'
    const tap = await startTapProcess(wordsFor(collector.url), {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(jumping)}`,
    })
    const load = callSteadily(tap.port('inbound orders'))
    await until('batches', () => collector.seen.length >= 3)
    await load.stop()
    expect(await tap.stop()).toBe(0)
    expect(load.failed()).toEqual([])
    expect(collector.records()).toHaveLength(load.results.length)
    const longest = Math.max(...collector.records().map(({ duration_us }) => duration_us))
    expect(longest).toBeLessThan(60e6)
    await collector.close()
  })
})
