import { stringify } from 'yaml'
import type { RecommendationAnswer, RecommendedRule } from '../../model/recommendation.ts'
import { count, share } from './quantity.ts'
import { plain } from './table.ts'

/** A proposal as the text of a policy: what it rests on stands beside each rule as a comment. */

const day = (instant: string) => instant.slice(0, 10)

function ruleLines({ id, from, methods, paths, ...seen }: RecommendedRule): string[] {
  const { calls, days, first_seen, last_seen, believed_by, unseen } = seen
  const known = believed_by === 'mtls' ? 'proven by certificate' : `believed by ${believed_by}`
  const span =
    day(first_seen) === day(last_seen) ? day(first_seen) : `${day(first_seen)} to ${day(last_seen)}`
  const chance =
    unseen === 0 ? 'no kind of call seen once only' : `next call of a kind never seen: ${share(unseen)}`
  // YAML itself writes the values, so that no name can end up as something else.
  const rule = stringify([{ id, action: 'allow', from: [from], methods, paths }], {
    collectionStyle: 'flow',
    lineWidth: 0,
  }).trim()
  return [
    `        # ${count(calls)} calls on ${count(days)} ${days === 1 ? 'day' : 'days'}, ${span}; caller ${known}; ${chance}`,
    `        - ${rule.replace(/^\[\s*/, '').replace(/\s*\]$/, '')}`,
  ].map(plain)
}

export function recommendationText(answer: RecommendationAnswer): string {
  const { service, window, calls, rules, review, first_call } = answer
  const head = [
    `# Proposed from ${count(calls)} calls to ${service}, ${day(window.from)} to ${day(window.to)}, recorded since ${day(first_call ?? '')}.`,
    '# Nothing of it is applied. Look at it with "tapmesh backtest" before anything else.',
  ].map(plain)
  const left = review.map(({ source, method, route, calls: number, reason, last_seen }) =>
    plain(`#   ${source} ${method} ${route}: ${count(number)} calls, last ${day(last_seen)}; ${reason}`),
  )
  const name = stringify({ [service]: null }, { nullStr: '', lineWidth: 0 }).trim()
  return [
    ...head,
    'version: tapmesh/v1',
    'services:',
    plain(`  ${name}`),
    '    authorization:',
    '      mode: dry-run',
    '      default: deny',
    ...(rules.length === 0 ? ['      rules: []'] : ['      rules:', ...rules.flatMap(ruleLines)]),
    ...(left.length === 0 ? [] : ['# Seen and not granted, for you to decide:', ...left]),
  ].join('\n')
}
