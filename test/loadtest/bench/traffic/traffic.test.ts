import { DEMO_TRAFFIC, Traffic } from '../../../../loadtest/bench/traffic/traffic.ts'
import { readBlocks } from '../../../../model/block-reader.ts'
import { encodeRows } from '../../../../model/row.ts'

const TS = 1_760_000_000_000_000

test('every row is one that the collector accepts', () => {
  const traffic = new Traffic(DEMO_TRAFFIC)
  for (let trace = 0; trace < 200; trace++) {
    for (const record of traffic.trace(TS + trace)) {
      expect(readBlocks(encodeRows([record]))[0]!.faults.size).toBe(0)
    }
  }
})

test('a call seen from both sides is two rows with the same ids, the caller waiting longer', () => {
  const rows = new Traffic(DEMO_TRAFFIC).trace(TS)
  expect(rows).toHaveLength(16)
  const [client, server] = rows
  expect([client!.reporter, server!.reporter]).toEqual(['client', 'server'])
  expect(client!.span_id).toBe(server!.span_id)
  expect(client!.duration_us).toBeGreaterThan(server!.duration_us)
  expect(new Set(rows.map(({ trace_id }) => trace_id)).size).toBe(1)
})

test('seen from one side no two rows share a span id', () => {
  const rows = new Traffic({ ...DEMO_TRAFFIC, sides: 'server' }).trace(TS)
  expect(new Set(rows.map(({ span_id }) => span_id)).size).toBe(rows.length)
})

test('the same seed is the same traffic', () => {
  expect(new Traffic(DEMO_TRAFFIC).trace(TS)).toEqual(new Traffic(DEMO_TRAFFIC).trace(TS))
})
