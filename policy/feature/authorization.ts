import type { Rule, Settings } from '../../model/policy.ts'
import {
  callerScope,
  type FeatureModule,
  HTTP,
  type JudgedCall,
  PASS,
  type SettingsFault,
  type Verdict,
  verdict,
} from './feature.ts'
import { addHeaderFits, type HeaderRule, hasHeaders, headerRuleOf } from './header-rule.ts'
import { candidatesOf, nearestText } from './nearest-rule.ts'
import { isAmbiguous, segmentsOf } from './path-segments.ts'
import { type Fit, NONE, PathTree } from './path-tree.ts'
import { ANYBODY, callerText, keysOfCaller, keysOfEntry } from './principal.ts'

/**
 * Rules that allow and deny by caller, method, path and header: one that denies wins, else one that allows,
 * else the default. Looked up by caller, then method, then segment of the path.
 */

const ANY_METHOD = '*'

interface Compiled {
  rules: readonly Rule[]
  allowByDefault: boolean
  candidates: ReturnType<typeof candidatesOf>
  /** Caller -> method -> paths. */
  table: ReadonlyMap<string, ReadonlyMap<string, PathTree>>
  headerRules: readonly HeaderRule[]
}

function tableOf(rules: readonly Rule[]): Map<string, Map<string, PathTree>> {
  const table = new Map<string, Map<string, PathTree>>()
  rules.forEach((rule, place) => {
    if (hasHeaders(rule)) return
    for (const key of new Set(rule.from?.flatMap(keysOfEntry) ?? [ANYBODY])) {
      const methods = table.get(key) ?? new Map<string, PathTree>()
      table.set(key, methods)
      for (const method of rule.methods ?? [ANY_METHOD]) {
        const tree = methods.get(method) ?? new PathTree()
        methods.set(method, tree)
        tree.add(rule.paths, rule.action, place)
      }
    }
  })
  return table
}

function fitOf({ table }: Compiled, call: JudgedCall): Fit {
  const fit: Fit = { allow: NONE, deny: NONE }
  const segments = segmentsOf(call.path)
  const ambiguous = isAmbiguous(call.path)
  for (const key of keysOfCaller(call)) {
    const methods = table.get(key)
    if (methods === undefined) continue
    methods.get(ANY_METHOD)?.match(segments, ambiguous, fit)
    if (call.method !== ANY_METHOD) methods.get(call.method)?.match(segments, ambiguous, fit)
  }
  return fit
}

/** Finding words costs many times what deciding does, so they are found when somebody asks. */
function denied({ candidates }: Compiled, call: JudgedCall): Verdict<'deny'> {
  return {
    decision: 'deny',
    rule: 'default',
    get reason() {
      return `${nearestText(candidates, call)} (caller ${callerText(call)})`
    },
  }
}

function repeatedRules({ rules }: Settings<'authorization'>): SettingsFault[] {
  const seen = new Set<string>()
  return rules.flatMap(({ id }, index) => {
    const again = seen.has(id)
    seen.add(id)
    const hint = 'Verdicts name rules by their id; give each its own.'
    return again ? [{ name: `rules.${index}.id`, message: `a second rule ${id}`, hint }] : []
  })
}

export const authorization: FeatureModule<'authorization', Compiled, undefined> = {
  moment: 'request',
  protocols: HTTP,
  stateless: true,
  columns: ['source_evidence'],
  refuses: { status: 403, flag: 'az' },
  check: repeatedRules,
  compile(settings: Settings<'authorization'>) {
    const { rules } = settings
    const allowByDefault = settings.default === 'allow'
    const headerRules = rules.flatMap((rule, place) => (hasHeaders(rule) ? [headerRuleOf(rule, place)] : []))
    return { rules, allowByDefault, candidates: candidatesOf(rules), table: tableOf(rules), headerRules }
  },
  scopeOf: callerScope,
  createState: () => undefined,
  decide(compiled, _state, call) {
    const fit = fitOf(compiled, call)
    if (compiled.headerRules.length > 0) addHeaderFits(compiled.headerRules, call, fit)
    if (fit.deny !== NONE) {
      const { id } = compiled.rules[fit.deny]!
      return verdict('deny', id, `rule ${id} denies it (caller ${callerText(call)})`)
    }
    if (fit.allow !== NONE || compiled.allowByDefault) return PASS
    return denied(compiled, call)
  },
  ended() {},
}
