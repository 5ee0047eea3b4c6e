import { parseCpuLine, watchWeather } from '../../../../loadtest/bench/process/weather.ts'

test('guest time is not counted twice, stolen time is the eighth figure', () => {
  const text = 'cpu  10 20 30 40 5 6 7 8 100 100\ncpu0 1 1 1 1 1 1 1 1 1 1\n'
  expect(parseCpuLine(text)).toEqual({ total: 126, stolen: 8 })
})

test('the weather is a share and a load', () => {
  const weather = watchWeather()()
  expect(weather.stolen_share).toBeGreaterThanOrEqual(0)
  expect(weather.stolen_share).toBeLessThanOrEqual(1)
  expect(weather.load_before).toBeGreaterThanOrEqual(0)
})
