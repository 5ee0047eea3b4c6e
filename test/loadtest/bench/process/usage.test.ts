import { execFileSync } from 'node:child_process'
import {
  parseResidentKib,
  parseSchedstat,
  parseStat,
  residentMib,
  usageOf,
} from '../../../../loadtest/bench/process/usage.ts'

test('the first field of schedstat is nanoseconds on a core', () => {
  expect(parseSchedstat('574347000 12 99\n')).toBe(574_347)
  expect(parseSchedstat('')).toBe(0)
})

test('a command name with spaces and brackets does not shift the fields of stat', () => {
  const line = '42 (my (odd) name) S 1 42 42 0 -1 4194304 100 0 0 0 77 33 0 0 20 0 1 0 100 0 0'
  expect(parseStat(line)).toEqual({ user_ticks: 77, system_ticks: 33 })
})

test('resident memory is read from its line only', () => {
  expect(parseResidentKib('VmPeak:\t  9999 kB\nVmRSS:\t   2048 kB\n')).toBe(2048)
  expect(parseResidentKib('')).toBe(0)
})

test('this process has used time and memory, a process that is gone none', () => {
  expect(usageOf([process.pid]).cpu_us).toBeGreaterThan(0)
  expect(residentMib([process.pid])).toBeGreaterThan(10)
  const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
  expect(usageOf([gone])).toEqual({ cpu_us: 0, user_ticks: 0, system_ticks: 0 })
})
