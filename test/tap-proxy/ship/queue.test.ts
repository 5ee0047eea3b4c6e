import type { Batch } from '../../../tap-proxy/ship/queue.ts'
import { BatchQueue } from '../../../tap-proxy/ship/queue.ts'

const batch = (seq: number, bytes = 10): Batch => ({
  seq,
  rows: seq,
  body: Buffer.alloc(bytes),
  encoding: 'identity',
  bytes,
  memory: undefined,
  settled: undefined,
  kept: undefined,
})

describe('BatchQueue', () => {
  test('drops the oldest past its budget and says how many rows that were', () => {
    const dropped: number[] = []
    const queue = new BatchQueue(25, ({ rows }) => dropped.push(rows))
    for (const seq of [1, 2, 3, 4]) queue.push(batch(seq))
    expect(dropped).toEqual([1, 2])
    expect(queue.bytes).toBe(20)
    expect(queue.rows).toBe(7)
    expect(queue.shift()?.seq).toBe(3)
  })

  test('never drops what is being sent, and makes up for it afterwards', () => {
    const dropped: number[] = []
    const queue = new BatchQueue(15, ({ rows }) => dropped.push(rows))
    queue.push(batch(1))
    expect(queue.hold()?.seq).toBe(1)
    queue.push(batch(2))
    queue.push(batch(3))
    expect(dropped).toEqual([2, 3])
    queue.push(batch(4, 3))
    queue.push(batch(5, 4))
    expect(dropped).toEqual([2, 3, 4])
    queue.release()
    expect(queue.shift()?.seq).toBe(1)
    expect(queue.shift()?.seq).toBe(5)
    expect(queue.hold()).toBeUndefined()
  })

  test('a smaller body frees room, and a batch that is gone is left alone', () => {
    const queue = new BatchQueue(100, () => {})
    const first = batch(1, 50)
    queue.push(first)
    queue.replaceBody(first, Buffer.alloc(5), 'zstd')
    expect(queue.bytes).toBe(5)
    queue.shift()
    queue.replaceBody(first, Buffer.alloc(50), 'identity')
    expect(queue.bytes).toBe(0)
    expect(queue.length).toBe(0)
  })

  test('a smaller budget drops at once', () => {
    const dropped: number[] = []
    const queue = new BatchQueue(100, ({ rows }) => dropped.push(rows))
    for (const seq of [1, 2, 3]) queue.push(batch(seq))
    queue.bytes_max = 15
    expect(dropped).toEqual([1, 2])
  })
})
