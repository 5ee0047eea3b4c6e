import { brokenBy } from '../../../loadtest/load/judge.ts'
import { parseOptions } from '../../../loadtest/load/options.ts'
import { SCENARIOS, type ScenarioName, scaled, secondsOf, VISITS } from '../../../loadtest/load/scenario.ts'
import { stepsOf } from '../../../loadtest/load/step.ts'

const NAMES = Object.keys(SCENARIOS) as ScenarioName[]

test.each(NAMES)('%s: steps make as many visits in the same time as the stages', (name) => {
  const scenario = SCENARIOS[name]
  const steps = stepsOf(scenario)
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0)
  expect(seconds).toBeCloseTo(secondsOf(scenario))
  let before: number = scenario.start_rate
  const visits = scenario.stages.reduce((sum, stage) => {
    const mean = (before + stage.rate) / 2
    before = stage.rate
    return sum + mean * stage.seconds
  }, 0)
  const made = steps.reduce((sum, step) => sum + step.rate * step.seconds, 0)
  expect(Math.abs(made - visits) / visits).toBeLessThan(0.02)
})

test('a ramp becomes stairs that rise, an even stage stays one step', () => {
  expect(stepsOf(SCENARIOS.steady)).toEqual([{ rate: 20, seconds: 120 }])
  const rates = stepsOf(SCENARIOS.breakpoint).map(({ rate }) => rate)
  expect(rates).toEqual([...rates].sort((left, right) => left - right))
  expect(rates.length).toBeGreaterThan(30)
})

test('scaling changes times alone', () => {
  const quick = scaled(SCENARIOS.spike, 0.1)
  expect(secondsOf(quick)).toBeCloseTo(secondsOf(SCENARIOS.spike) / 10)
  expect(quick.stages.map(({ rate }) => rate)).toEqual(SCENARIOS.spike.stages.map(({ rate }) => rate))
})

test('every visit is one the shop knows how to answer', () => {
  for (const { method, path, body } of VISITS) {
    expect(path).toMatch(/^\//)
    expect([path, body === undefined]).toEqual([path, method === 'GET'])
  }
})

test('each threshold that was passed is said, with its value', () => {
  const thresholds = { failed_share: 0.1, p90_ms: 100, p99_ms: 200 }
  expect(brokenBy({ visits: 100, failed: 10, p90_ms: 100, p99_ms: 200 }, thresholds)).toEqual([])
  expect(brokenBy({ visits: 100, failed: 11, p90_ms: 101, p99_ms: 99 }, thresholds)).toEqual([
    'failed 11 % (at most 10 %)',
    'p90 101 ms (at most 100 ms)',
  ])
  expect(brokenBy({ visits: 0, failed: 0, p90_ms: 0, p99_ms: 0 }, thresholds)).toEqual([
    'failed 100 % (at most 10 %)',
  ])
})

test('bad words are told with what to write', () => {
  const target = ['--target', 'http://127.0.0.1:8080/']
  expect(parseOptions(['soak', ...target, '--scale', '0.5'])).toEqual({
    name: 'soak',
    target: 'http://127.0.0.1:8080',
    scale: 0.5,
  })
  for (const words of [
    [],
    ['stedy', ...target],
    ['steady', 'spike', ...target],
    ['steady'],
    ['steady', '--target', 'ftp://x'],
    ['steady', ...target, '--scale', '0'],
    ['steady', ...target, '--scale', 'x'],
    ['steady', ...target, '--rate', '3'],
  ]) {
    expect(() => parseOptions(words)).toThrow(expect.objectContaining({ code: 'TAPMESH_USAGE' }))
  }
})
