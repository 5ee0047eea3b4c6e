import type { Rule } from '../../model/policy.ts'
import type { JudgedCall } from './feature.ts'
import { isAmbiguous, segmentsOf } from './path-segments.ts'
import { type Fit, PathTree } from './path-tree.ts'
import { keysOfCaller, keysOfEntry } from './principal.ts'

/**
 * Rules that ask for header fields. They are few, so they are gone through one by one, after the table of
 * the others. Header values are never recorded: a back-test judges such a rule as if no call had them.
 */
export interface HeaderRule {
  callers: ReadonlySet<string> | undefined
  methods: ReadonlySet<string> | undefined
  /** Fits every path where the rule names none. */
  paths: PathTree
  headers: readonly (readonly [name: string, values: ReadonlySet<string>])[]
  denies: boolean
}

/** Fields that a rule asks for, ready to be compared. */
export function headersOf({ headers = {} }: Rule): HeaderRule['headers'] {
  return Object.entries(headers).map(([name, values]) => [name, new Set(values)] as const)
}

export function hasHeaders({ headers }: Rule): boolean {
  return headers !== undefined && Object.keys(headers).length > 0
}

/** @param place of the rule in its list */
export function headerRuleOf(rule: Rule, place: number): HeaderRule {
  const { action, from, methods, paths } = rule
  const tree = new PathTree()
  tree.add(paths, action, place)
  return {
    callers: from && new Set(from.flatMap(keysOfEntry)),
    methods: methods && new Set(methods),
    paths: tree,
    headers: headersOf(rule),
    denies: action === 'deny',
  }
}

/**
 * A field that comes twice may be read either way by the service: it fits a rule that denies where one of
 * its values is listed, and no rule that allows.
 */
export function fitsHeaders(
  { headers, denies }: Pick<HeaderRule, 'headers' | 'denies'>,
  call: JudgedCall,
): boolean {
  return headers.every(([name, values]) => {
    const found = call.header?.(name) ?? []
    if (found.length > 1 && !denies) return false
    return found.some((value) => values.has(value))
  })
}

/** Adds to `fit` the rules that fit a call. */
export function addHeaderFits(rules: readonly HeaderRule[], call: JudgedCall, fit: Fit): void {
  for (const rule of rules) {
    if (rule.callers && !keysOfCaller(call).some((key) => rule.callers!.has(key))) continue
    if (rule.methods && !rule.methods.has(call.method)) continue
    if (fitsHeaders(rule, call)) rule.paths.match(segmentsOf(call.path), isAmbiguous(call.path), fit)
  }
}
