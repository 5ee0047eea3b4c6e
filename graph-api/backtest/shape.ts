import { OTHER } from '../../model/call.ts'
import { FEATURES, type Feature, parametersOf } from '../../model/feature.ts'
import { type Policy, type Rule, rulesIn, settingsByCaller } from '../../model/policy.ts'
import { FINDING } from '../../model/verdict.ts'
import type { Bounded } from '../../policy/feature/feature.ts'
import { AMBIGUOUS_PATH, segmentsOf } from '../../policy/feature/path-segments.ts'
import { PathTree } from '../../policy/feature/path-tree.ts'
import { moduleOf } from '../../policy/feature/registry.ts'
import type { BoundValue } from '../../store/store.ts'

/**
 * What makes two calls of a kind: columns and thresholds such that no feature of the policy can tell
 * apart the calls of one kind, their times aside. So a verdict on one of them is a verdict on all.
 */
export interface Shape {
  /** Expressions of the fixed catalogue, by alias. */
  keys: ReadonlyMap<string, string>
  bound: Readonly<Record<string, BoundValue>>
}

/** Read from other columns of a record. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  finding: `extract(arrayFirst(text -> startsWith(text, '${FINDING}'), verdicts), ';rule=([^;]+)')`,
}

/** Columns that a feature goes by, apart from caller, method, route and outcome. */
function columnsOf(feature: Feature): readonly string[] {
  const { columns, protocols } = moduleOf(feature)
  return protocols === 'all' ? columns : ['protocol', ...columns]
}

const ALWAYS = ['source', 'source_identity', 'destination', 'method', 'route', 'outcome'] as const

/** `(x > a) + (x > b)`: in which stretch between the bounds a value lies. */
function stretch(column: string, bounds: readonly (number | undefined)[], bound: Record<string, BoundValue>) {
  const distinct = [...new Set(bounds.filter((value) => value !== undefined))]
  if (distinct.length === 0) return undefined
  const terms = distinct.map((value, index) => {
    bound[`${column}${index}`] = value
    return `(${column} > {${column}${index}:UInt64})`
  })
  return terms.join(' + ')
}

/** Bounds that settings of these features put on values, by column. */
function boundsOf(policy: Policy, features: readonly Feature[]): Map<Bounded, (number | undefined)[]> {
  const found = new Map<Bounded, (number | undefined)[]>()
  for (const feature of features) {
    const module = moduleOf(feature)
    for (const service of policy.services.values()) {
      for (const { settings } of settingsByCaller(service, feature)) {
        for (const [column, bounds] of Object.entries(module.bounds?.(settings) ?? {})) {
          found.set(column as Bounded, [...(found.get(column as Bounded) ?? []), ...bounds])
        }
      }
    }
  }
  return found
}

const hasRules = (feature: Feature) => parametersOf(feature).some(([, { kind }]) => kind === 'rules')

function rulesOf(policy: Policy): Rule[] {
  return FEATURES.filter(hasRules).flatMap((feature) =>
    [...policy.services.values()].flatMap((service) =>
      settingsByCaller(service, feature).flatMap(({ settings }) => rulesIn(feature, settings)),
    ),
  )
}

/** Whether the policy looks at paths at all. */
export function readsPaths(policy: Policy): boolean {
  return rulesOf(policy).some(({ paths }) => paths !== undefined)
}

/** Templates deeper than this may have lost segments (observe/route-trie.ts). */
const TEMPLATE_SEGMENTS_MAX = 15

/** Routes whose calls some rule may tell apart, because it names a word where the template has a placeholder. */
export function routesToOpen(policy: Policy, routes: readonly string[]): string[] {
  const tree = new PathTree()
  for (const { paths } of rulesOf(policy)) if (paths) tree.add(paths, 'allow', 0)
  const isOpen = (segment: string) => segment.includes('{')
  return routes.filter((route) => {
    if (route === OTHER || !route.startsWith('/')) return true
    const template = segmentsOf(route)
    return template.length > TEMPLATE_SEGMENTS_MAX || tree.tellsApart(template, isOpen)
  })
}

/** @param open routes whose paths are looked at one by one, or `every` */
export function shapeOf(
  policy: Policy,
  features: readonly Feature[],
  open: readonly string[] | 'every',
): Shape {
  const bound: Record<string, BoundValue> = {}
  const names = new Set<string>([...ALWAYS, ...features.flatMap(columnsOf)])
  const keys = new Map([...names].map((name) => [`k_${name}`, EXPRESSIONS[name] ?? name]))
  for (const [column, bounds] of boundsOf(policy, features)) {
    const sql = stretch(column, bounds, bound)
    if (sql !== undefined) keys.set(`s_${column}`, sql)
  }
  if (features.some(hasRules) && readsPaths(policy)) {
    if (open === 'every') keys.set('k_path', 'path')
    else {
      keys.set('k_path', "if(route IN {open:Array(String)}, path, '')")
      bound['open'] = open
      // Only a path with one of these can be read two ways; looking for a byte is cheap.
      keys.set('k_ambiguous', `multiSearchAny(path, ['%', '.', '\\\\']) AND match(path, {ambiguous:String})`)
      bound['ambiguous'] = AMBIGUOUS_PATH
    }
  }
  return { keys, bound }
}
