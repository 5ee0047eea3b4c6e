import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { boundBelow, burnRules } from '../../dashboards/burn-rules.ts'
import type { Slo } from '../../model/slo.ts'
import { DURATION_BOUNDS_US } from '../../tap-proxy/sink/call-counters.ts'
import { program, testWith } from '../support/system.ts'

const RULES = join(import.meta.dirname, '../../dashboards/rules')
const SLOS: Slo[] = [
  { service: 'a', sli: 'availability', objective: 0.999, threshold_us: 0, window_s: 2_592_000 },
  { service: 'a', sli: 'latency', objective: 0.99, threshold_us: 300_000, window_s: 2_592_000 },
  { service: 'b.c/d', sli: 'availability', objective: 0.5, threshold_us: 0, window_s: 5400 * 2 },
]

function promtool(...args: string[]): string {
  return execFileSync(program('promtool')!, args, { encoding: 'utf8', cwd: RULES })
}

testWith('promtool')('promtool takes the shipped rules and their unit tests pass', () => {
  expect(promtool('check', 'rules', 'slo.yml')).toContain('SUCCESS')
  expect(promtool('test', 'rules', 'slo.test.yml')).toContain('SUCCESS')
})

testWith('promtool')('promtool takes the scrape file', () => {
  expect(promtool('check', 'config', '../prometheus.yml')).toContain('is valid prometheus config')
})

testWith('promtool')('promtool takes the rules of any file of objectives', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-rules-'))
  try {
    for (const [index, slos] of [SLOS, [SLOS[1]!], []].entries()) {
      const file = join(folder, `${index}.yml`)
      writeFileSync(file, burnRules(slos))
      expect(promtool('check', 'rules', file)).toContain('SUCCESS')
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a threshold between two bounds is judged at the lower one', () => {
  expect(boundBelow(300_000)).toBe(0.25)
  expect(boundBelow(250_000)).toBe(0.25)
  expect(boundBelow(1)).toBe(DURATION_BOUNDS_US[0] / 1e6)
  expect(boundBelow(1e9)).toBe(10)
})

test('windows are written as Prometheus reads them, objectives as shares', () => {
  const { groups } = parse(burnRules(SLOS)) as { groups: { rules: { record?: string; expr: string }[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  const exprs = (name: string) => rules.filter(({ record }) => record === name).map(({ expr }) => expr)
  expect(exprs('tapmesh:slo_objective')).toEqual(['vector(0.999)', 'vector(0.99)', 'vector(0.5)'])
  expect(exprs('tapmesh:slo_bad:window').map((expr) => /\[(\w+)\]/.exec(expr)![1])).toEqual([
    '30d',
    '30d',
    '3h',
  ])
  expect(exprs('tapmesh:slo_bad:rate5m')).toHaveLength(3)
})
