import { systemClock } from '../../net/clock.ts'

test('the wall clock at a monotonic time is whole microseconds near Date.now', () => {
  const clock = systemClock()
  const wall = clock.wall_us(clock.mono_us())
  expect(Number.isInteger(wall)).toBe(true)
  expect(Math.abs(wall - Date.now() * 1000)).toBeLessThan(1_000_000)
})

test('a jump of the wall clock is followed after a while and changes no duration', () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000)
  const clock = systemClock()
  const start = clock.mono_us()
  const before = clock.wall_us(start)
  now.mockReturnValue(1_700_003_600_000)
  expect(clock.wall_us(start + 10)).toBe(before + 10)
  expect(clock.wall_us(start + 2_000_000) - before).toBeGreaterThan(3_600_000_000 - 5_000_000)
  expect(clock.mono_us()).toBeGreaterThanOrEqual(start)
  now.mockRestore()
})
