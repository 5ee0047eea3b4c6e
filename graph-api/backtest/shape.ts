import { OTHER } from '../../model/call.ts'
import type { Feature } from '../../model/flag.ts'
import { type Policy, type Rule, settingsFor } from '../../model/policy.ts'
import { AMBIGUOUS_PATH, segmentsOf } from '../../policy/feature/path-segments.ts'
import { PathTree } from '../../policy/feature/path-tree.ts'
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

/** Columns each feature goes by besides caller, method, route and outcome. */
const COLUMNS: Readonly<Record<Feature, readonly string[]>> = {
  timeouts: ['protocol', 'status'],
  retries: ['protocol', 'status', 'response_flags', 'attempt'],
  outlierDetection: ['destination_instance'],
  connectionPool: [],
  loadBalancer: ['destination_instance'],
  failover: ['destination_instance', 'destination_zone'],
  rateLimit: ['destination_instance'],
  mtls: ['security'],
  authorization: ['source_evidence'],
}

const ALWAYS = ['source', 'source_identity', 'destination', 'method', 'route', 'outcome'] as const

/** Every setting of a feature in the policy, of services and of callers with entries of their own. */
function settingsOf<F extends Feature>(policy: Policy, feature: F) {
  return [...policy.services.values()].flatMap((service) =>
    ['', ...service.callers.keys()].flatMap((caller) => settingsFor(service, caller, feature) ?? []),
  )
}

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

function rulesOf(policy: Policy): Rule[] {
  return settingsOf(policy, 'authorization').flatMap(({ rules }) => rules)
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
  const names = new Set<string>([...ALWAYS, ...features.flatMap((feature) => COLUMNS[feature])])
  const keys = new Map([...names].map((name) => [`k_${name}`, name]))
  const add = (alias: string, sql: string | undefined) => {
    if (sql !== undefined) keys.set(alias, sql)
  }
  const limits = features.includes('timeouts') ? settingsOf(policy, 'timeouts') : []
  const waits = limits.map(({ backendRequest }) => backendRequest)
  add('k_duration', stretch('duration_us', [...limits.map(({ request }) => request), ...waits], bound))
  const broken = features.includes('retries') ? [0] : []
  const first = waits.some((wait) => wait !== undefined) ? [0, ...waits] : broken
  add('k_ttfb', stretch('ttfb_us', first, bound))
  const sizes = features.includes('retries') ? settingsOf(policy, 'retries') : []
  add(
    'k_bytes',
    stretch(
      'request_bytes',
      sizes.map(({ bufferBytes }) => bufferBytes),
      bound,
    ),
  )
  if (features.includes('authorization') && readsPaths(policy)) {
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
