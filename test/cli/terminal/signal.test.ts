import { endWish } from '../../../cli/terminal/signal.ts'

test('the same wish told twice is one; one that comes later is a new one', async () => {
  let now = 1000
  let repeated = 0
  const wish = endWish(
    () => {
      repeated += 1
    },
    () => now,
  )
  process.emit('SIGINT', 'SIGINT')
  expect(await wish.asked).toBe('SIGINT')
  now += 500
  process.emit('SIGTERM', 'SIGTERM')
  expect(repeated).toBe(0)
  now += 600
  process.emit('SIGINT', 'SIGINT')
  expect(repeated).toBe(1)
  const before = process.listenerCount('SIGINT')
  wish.done()
  expect(process.listenerCount('SIGINT')).toBe(before - 1)
})
