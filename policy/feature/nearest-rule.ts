import type { Rule } from '../../model/policy.ts'
import type { JudgedCall } from './feature.ts'
import { fitsHeaders, type HeaderRule, headersOf } from './header-rule.ts'
import { isAmbiguous, segmentsOf } from './path-segments.ts'
import { NONE, PathTree } from './path-tree.ts'
import { keysOfCaller, keysOfEntry } from './principal.ts'

/** For a call that no rule allows: the rule that came closest, and the part of it that did not fit. */

type Part = 'caller' | 'path' | 'method' | 'header'

interface Candidate {
  id: string
  /** Undefined where the rule takes every caller, method or path. */
  callers: ReadonlySet<string> | undefined
  methods: ReadonlySet<string> | undefined
  paths: PathTree | undefined
  headers: HeaderRule['headers']
}

/** Rules that allow, made ready to be compared with calls. */
export function candidatesOf(rules: readonly Rule[]): Candidate[] {
  return rules
    .filter(({ action }) => action === 'allow')
    .map((rule) => {
      const { id, from, methods, paths } = rule
      const tree = paths === undefined ? undefined : new PathTree()
      tree?.add(paths, 'allow', 0)
      return {
        id,
        callers: from && new Set(from.flatMap(keysOfEntry)),
        methods: methods && new Set(methods),
        paths: tree,
        headers: headersOf(rule),
      }
    })
}

function failing({ callers, methods, paths, headers }: Candidate, call: JudgedCall): Part[] {
  const parts: Part[] = []
  if (callers && !keysOfCaller(call).some((key) => callers.has(key))) parts.push('caller')
  if (paths) {
    const fit = { allow: NONE, deny: NONE }
    paths.match(segmentsOf(call.path), isAmbiguous(call.path), fit)
    if (fit.allow === NONE) parts.push('path')
  }
  if (methods && !methods.has(call.method)) parts.push('method')
  if (!fitsHeaders({ headers, denies: false }, call)) parts.push('header')
  return parts
}

const WORDS: Record<Part, (call: JudgedCall) => string> = {
  caller: () => 'names other callers',
  path: ({ path }) =>
    isAmbiguous(path) ? 'does not fit a path that can be read two ways' : 'names other paths',
  header: ({ header }) =>
    header === undefined ? 'asks for header fields, which are not recorded' : 'asks for other header fields',
  method: ({ method }) => `does not name ${method === '' ? 'calls without a method' : method}`,
}

/** Rule and what of it did not fit, in words. */
export function nearestText(candidates: readonly Candidate[], call: JudgedCall): string {
  let best: { id: string; parts: Part[]; weight: number } | undefined
  for (const candidate of candidates) {
    const parts = failing(candidate, call)
    // A rule that names the caller is nearer than any that does not.
    const weight = parts.length + (parts.includes('caller') ? 10 : 0)
    if (best === undefined || weight < best.weight) best = { id: candidate.id, parts, weight }
  }
  if (best === undefined) return 'no rule allows anything'
  return `nearest rule ${best.id} ${best.parts.map((part) => WORDS[part](call)).join(' and ')}`
}
