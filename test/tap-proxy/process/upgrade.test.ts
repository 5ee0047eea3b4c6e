import { Upgrade } from '../../../tap-proxy/process/upgrade.ts'

const SOCKETS = [{ asked: '127.0.0.1:0', name: 'orders', fd: 7 }]

test('whoever asks while one is under way, or after it, gets the same successor; it is reported once', async () => {
  const given: unknown[] = []
  const done: number[] = []
  const start = async (sockets: unknown) => {
    given.push(sockets)
    return 4711
  }
  const upgrade = new Upgrade(
    () => SOCKETS,
    start,
    (pid) => done.push(pid),
  )
  expect(await Promise.all([upgrade.run(), upgrade.run()])).toEqual([4711, 4711])
  await new Promise(setImmediate)
  expect(await upgrade.run()).toBe(4711)
  expect([given, done]).toEqual([[SOCKETS], [4711]])
})

test('one that failed is told, and the next begins anew', async () => {
  let starts = 0
  const start = async () => {
    if (++starts === 1) throw new Error('no such file')
    return 1
  }
  const upgrade = new Upgrade(
    () => SOCKETS,
    start,
    () => {},
  )
  await expect(upgrade.run()).rejects.toThrow('no such file')
  expect(await upgrade.run()).toBe(1)
})
