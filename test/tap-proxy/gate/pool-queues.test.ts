import { PoolQueues, type Waiting } from '../../../tap-proxy/gate/pool-queues.ts'

const POOL = {}

function waiting(isAlive: boolean) {
  const call = { isAlive: jest.fn(() => isAlive), go: jest.fn() }
  return call satisfies Waiting
}

test('first come first served, without those that ended; each pool has its own', () => {
  const queues = new PoolQueues()
  const [gone, first, second] = [waiting(false), waiting(true), waiting(true)]
  for (const call of [gone, first, second]) queues.wait(POOL, call)
  queues.freed({})
  expect(first.go).not.toHaveBeenCalled()
  queues.freed(POOL)
  expect([gone, first, second].map(({ go }) => go.mock.calls.length)).toEqual([0, 1, 0])
  queues.freed(POOL)
  queues.freed(POOL)
  expect(second.go).toHaveBeenCalledTimes(1)
})

test('calls that ended while they waited do not pile up where no connection gets free', () => {
  const queues = new PoolQueues()
  const ended = Array.from({ length: 1000 }, () => waiting(false))
  for (const call of ended) queues.wait(POOL, call)
  for (const call of ended) call.isAlive.mockClear()
  queues.freed(POOL)
  expect(ended.filter(({ isAlive }) => isAlive.mock.calls.length > 0)).toHaveLength(1)
})
