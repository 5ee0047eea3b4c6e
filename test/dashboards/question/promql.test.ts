import { parser } from '@prometheus-io/lezer-promql'
import { parse as parseYaml } from 'yaml'
import { BOARDS } from '../../../dashboards/boards.ts'
import { burnRules } from '../../../dashboards/burn-rules.ts'
import { endTaps } from '../../e2e/support/tap-process.ts'
import { grafanaPromql } from '../../support/grafana.ts'
import { type Exposed, exposed } from '../support/exposed.ts'
import { targetsOf } from '../support/generated.ts'

/** Each PromQL text parses and names only metrics and labels that are really exposed. */

const VIEW = {
  from_s: 0,
  to_s: 3600,
  step_s: 60,
  choices: { service: 'a', source: 'a', destination: 'b' },
}

interface Rules {
  groups: { rules: { record?: string; alert?: string; expr: string; labels?: Record<string, string> }[] }[]
}

const RULES = parseYaml(
  burnRules([
    { service: 'a', sli: 'availability', objective: 0.99, threshold_us: 0, window_s: 86_400 },
    { service: 'a', sli: 'latency', objective: 0.9, threshold_us: 300_000, window_s: 7200 },
  ]),
) as Rules
const rules = RULES.groups.flatMap((group) => group.rules)

/** What is wrong with a text, in words; empty where nothing is. */
function faultsOf(expr: string, known: Exposed): string[] {
  const faults: string[] = []
  const grouped: string[] = []
  const all = new Set<string>()
  let selector: { end: number; labels: ReadonlySet<string> } | undefined
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      const text = expr.slice(from, to)
      if (type.isError) faults.push(`does not parse at ${from}: ${expr.slice(from, from + 20)}`)
      if (type.name === 'VectorSelector') {
        const name = /^[\w:]+/.exec(text)?.[0] ?? ''
        const labels = known.get(name)
        if (labels === undefined) faults.push(`no metric ${name}`)
        selector = labels && { end: to, labels }
        for (const label of labels ?? []) all.add(label)
      }
      if (type.name !== 'LabelName') return
      // A label in braces is the selector's own; one of `by`, `on` or `group_left` may be anybody's.
      if (selector === undefined || from > selector.end) grouped.push(text)
      else if (!selector.labels.has(text)) faults.push(`no label ${text}`)
    },
  })
  return [...faults, ...grouped.filter((label) => !all.has(label)).map((label) => `no label ${label}`)]
}

let known: Exposed

beforeAll(async () => {
  const recorded = rules.flatMap(({ record }) =>
    record === undefined ? [] : [[record, new Set(['destination', 'sli'])] as const],
  )
  known = new Map([
    ...(await exposed()),
    ...recorded,
    ['ALERTS', new Set(['alertname', 'alertstate', 'severity', 'destination', 'sli'])],
  ])
})
afterAll(endTaps)

test('every target parses and names what exists', () => {
  const targets = targetsOf('expr')
  expect(targets.length).toBeGreaterThan(60)
  for (const { where, text } of targets) {
    expect([where, faultsOf(grafanaPromql(text, VIEW), known)]).toEqual([where, []])
  }
})

test('every rule parses and names what exists, one reporter fixed', () => {
  for (const { expr } of rules) {
    expect([expr, faultsOf(expr, known)]).toEqual([expr, []])
    const metrics = expr.match(/tapmesh_request\w*/g) ?? []
    expect(expr.match(/reporter="server"/g) ?? []).toHaveLength(metrics.length)
  }
})

test('legends and choices name labels that exist', () => {
  const labels = new Set([...known.values()].flatMap((names) => [...names]))
  for (const { questions, choices } of BOARDS) {
    const legends = questions.flatMap(({ prometheus }) => prometheus ?? []).map(({ legend }) => legend)
    for (const [, name] of legends.join(' ').matchAll(/\{\{(\w+)\}\}/g)) expect(labels).toContain(name)
    for (const { prometheus } of choices) {
      if (typeof prometheus !== 'string') continue
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(prometheus)!
      expect(faultsOf(grafanaPromql(selector!, VIEW), known)).toEqual([])
      expect(known.get(/^\w+/.exec(selector!)![0])).toContain(label)
    }
  }
})

test('a mistake would be found', () => {
  expect(faultsOf('sum(rate(tapmesh_requests_total[5m]', known)).not.toEqual([])
  expect(faultsOf('tapmesh_request_total', known)).toEqual(['no metric tapmesh_request_total'])
  expect(faultsOf('sum(tapmesh_requests_total{src="a"})', known)).toEqual(['no label src'])
  expect(faultsOf('sum by (le) (tapmesh_requests_total)', known)).toEqual(['no label le'])
})
