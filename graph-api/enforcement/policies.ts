import { randomInt } from 'node:crypto'
import { setImmediate as breath } from 'node:timers/promises'
import type { PoliciesAnswer } from '../../model/enforcement.ts'
import { type Policy, type Rule, type ServicePolicy, type Settings, settingsFor } from '../../model/policy.ts'
import { authorization } from '../../policy/feature/authorization.ts'
import type { Store } from '../../store/store.ts'
import { type Kind, readKinds } from '../backtest/kind.ts'
import { readRoutesWithin } from '../backtest/routes-within.ts'
import { piecesOf, readMinutes, type Scope, scopeOf } from '../backtest/scope.ts'
import { readsPaths, routesToOpen, shapeOf } from '../backtest/shape.ts'
import { SUMMARY_PIECE_CALLS } from '../backtest/summary.ts'
import { readVerdictCounts } from '../query/verdict-counts.ts'
import { rfc3339, type Span } from '../query/window.ts'
import type { ControlView } from './control-view.ts'
import { modesOf } from './enforcement.ts'

/** Rules of authorization with the recorded calls that fit them, by the code that judges calls in a tap. */

/** Kinds of a piece looked at, most calls first; a rule is asked about each. */
const KINDS_MAX = 20_000
/** Judgements at a stretch: the collector lives in the same process. */
const BREATH_JUDGED = 20_000
const SEED_MAX = 2 ** 31

type Matcher = (call: Kind['call']) => boolean

/** One rule alone, as a policy that allows what fits it and nothing else. */
function matcherOf(settings: Settings<'authorization'>, rule: Rule): Matcher {
  const alone = authorization.compile({ ...settings, default: 'deny', rules: [{ ...rule, action: 'allow' }] })
  return (call) => authorization.decide(alone, undefined, call, call.ts).decision === 'pass'
}

interface Tally {
  hits: number
  last_us: number
}

interface Ruled {
  settings: Settings<'authorization'>
  matchers: readonly Matcher[]
  whole: Matcher
  /** Callers with rules of their own. */
  except: ReadonlySet<string>
  tallies: Tally[]
  would_deny: number
}

function ruledOf(named: ServicePolicy): Ruled | undefined {
  const settings = settingsFor(named, '', 'authorization')
  if (settings === undefined) return undefined
  const compiled = authorization.compile(settings)
  return {
    settings,
    matchers: settings.rules.map((rule) => matcherOf(settings, rule)),
    whole: (call) => authorization.decide(compiled, undefined, call, call.ts).decision === 'pass',
    except: new Set([...named.callers].filter(([, own]) => own.authorization).map(([caller]) => caller)),
    tallies: settings.rules.map(() => ({ hits: 0, last_us: 0 })),
    would_deny: 0,
  }
}

function note(ruled: Ruled, { call, calls, last_us }: Kind): void {
  if (!ruled.whole(call)) ruled.would_deny += calls
  for (const [index, fits] of ruled.matchers.entries()) {
    if (!fits(call)) continue
    const tally = ruled.tallies[index]!
    tally.hits += calls
    tally.last_us = Math.max(tally.last_us, last_us)
  }
}

/** The services of a policy that have rules, without what differs for single callers. */
function withRules(policy: Policy, service: string | undefined): Policy {
  const services = [...policy.services].flatMap(([name, { features }]) => {
    const given = features.authorization
    if (given === undefined || (service !== undefined && service !== name)) return []
    return [[name, { features: { authorization: given }, callers: new Map() }] as const]
  })
  return { trustDomain: policy.trustDomain, services: new Map(services) }
}

async function tallyKinds(
  store: Store,
  policy: Policy,
  scope: Scope,
  ruled: ReadonlyMap<string, Ruled>,
): Promise<void> {
  const open = readsPaths(policy) ? routesToOpen(policy, await readRoutesWithin(store, scope)) : []
  const shape = shapeOf(policy, ['authorization'], open)
  const seed = randomInt(SEED_MAX)
  let judged = 0
  for (const span of piecesOf(await readMinutes(store, scope), scope.span, SUMMARY_PIECE_CALLS)) {
    const kinds = await readKinds(store, { scope, shape, span, step_us: 0, seed })
    for (const kind of kinds.slice(0, KINDS_MAX)) {
      const own = ruled.get(kind.call.destination)
      if (own === undefined || own.except.has(kind.call.source)) continue
      note(own, kind)
      judged += own.matchers.length + 1
      if (judged < BREATH_JUDGED) continue
      judged = 0
      await breath()
    }
  }
}

function rulesOf({ file }: ControlView, service: string, { settings, tallies }: Ruled) {
  return settings.rules.map(({ id, action, from = [], methods = [], paths = [], headers = {} }, index) => {
    const { hits, last_us } = tallies[index]!
    const { line } = file.placeOf(service, '', 'authorization', `rules.${index}`)
    return {
      ...{ id, action, from, methods, paths, headers: Object.keys(headers), hits },
      line: line ?? null,
      last_seen: hits === 0 ? null : rfc3339(last_us),
      unused: hits === 0 && Object.keys(headers).length === 0,
    }
  })
}

function inForce(control: ControlView, service: string) {
  const { mode_in_force: mode, percent_in_force: percent } = modesOf({ control }, service, 'authorization')
  return { mode, percent }
}

/**
 * @param service only this one, or all @param now_us wall clock, microseconds
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readPolicies(
  source: { store: Store; control: ControlView },
  asked: { service: string | undefined; span: Span },
  now_us: number,
): Promise<PoliciesAnswer> {
  const { store, control } = source
  const { span } = asked
  const policy = withRules(control.file.policy, asked.service)
  const ruled = new Map(
    [...policy.services.keys()].flatMap((name) => {
      const own = ruledOf(control.file.policy.services.get(name)!)
      return own === undefined ? [] : [[name, own] as const]
    }),
  )
  const window = { from: rfc3339(span.from_us), to: rfc3339(span.to_us) }
  if (ruled.size === 0) return { window, services: [] }
  await tallyKinds(store, policy, await scopeOf(store, policy, span, now_us), ruled)
  const counts = await readVerdictCounts(store, span, now_us)
  return {
    window,
    services: [...ruled].map(([service, own]) => ({
      service,
      ...inForce(control, service),
      default: own.settings.default as 'allow' | 'deny',
      rules: rulesOf(control, service, own),
      would_deny: own.would_deny,
      denied: counts.of(service, 'authorization').acted,
    })),
  }
}
