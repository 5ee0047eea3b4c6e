import type { RecommendationAnswer, RecommendedRule } from '../../graph-api/contract.ts'
import type { PoliciesAnswer } from '../../model/enforcement.ts'
import { shareText, wholeText } from '../../picture/format.ts'

/** Least privilege for a service as the text of a policy, and what of it differs from the rules there are. */

type Rule = PoliciesAnswer['services'][number]['rules'][number]
type Grant = Pick<Rule, 'id' | 'action' | 'from' | 'methods' | 'paths'> & Partial<Pick<Rule, 'headers'>>

/** A string of JSON is a string of YAML 1.2, whatever it holds. */
const listText = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(', ')}]`

/** One rule on one line; a list that is empty fits all and is left out. Of header fields only the names are known. */
export function ruleText({ id, action, from, methods, paths, headers = [] }: Grant): string {
  const lists = Object.entries({ from, methods, paths, headers }).filter(([, words]) => words.length > 0)
  const parts = lists.map(([name, words]) => `${name}: ${listText(words)}`)
  return `{ ${[`id: ${JSON.stringify(id)}`, `action: ${action}`, ...parts].join(', ')} }`
}

const grantOf = ({ id, from, methods, paths }: RecommendedRule): Grant => ({
  ...{ id, action: 'allow', methods, paths },
  from: [from],
})

const day = (instant: string): string => instant.slice(0, 10)

/** Names come from calls: none of them may end the comment it stands in. */
const comment = (text: string): string =>
  `# ${text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?')}`

function ruleLines(rule: RecommendedRule): string[] {
  const { calls, days, first_seen, last_seen, believed_by, unseen } = rule
  const known = believed_by === 'mtls' ? 'proven by certificate' : `believed by ${believed_by}`
  const chance =
    unseen === 0 ? 'no kind of call seen once only' : `next call of a kind never seen: ${shareText(unseen)}`
  return [
    `        ${comment(`${wholeText(calls)} calls on ${days} days, ${day(first_seen)} to ${day(last_seen)}; caller ${known}; ${chance}`)}`,
    `        - ${ruleText(grantOf(rule))}`,
  ]
}

/** The whole proposal as a document, what it rests on as comments. */
export function proposalText(answer: RecommendationAnswer): string {
  const { service, calls, window, rules, review } = answer
  return [
    comment(
      `Proposed from ${wholeText(calls)} calls to ${service}, ${day(window.from)} to ${day(window.to)}.`,
    ),
    comment('Nothing of it is applied. Back-test it first.'),
    'version: tapmesh/v1',
    'services:',
    `  ${JSON.stringify(service)}:`,
    '    authorization:',
    '      mode: dry-run',
    '      default: deny',
    ...(rules.length === 0 ? ['      rules: []'] : ['      rules:', ...rules.flatMap(ruleLines)]),
    ...(review.length === 0 ? [] : [comment('Seen and not granted, for you to decide:')]),
    ...review.map((row) =>
      comment(`  ${row.source} ${row.method} ${row.route}: ${wholeText(row.calls)} calls; ${row.reason}`),
    ),
    '',
  ].join('\n')
}

export interface DiffLine {
  kind: 'kept' | 'del' | 'ins'
  text: string
}

/** Rules that go, stay and come; those there are in their order, new ones after them. */
export function ruleDiff(now: readonly Grant[], proposed: readonly RecommendedRule[]): DiffLine[] {
  const wanted = proposed.map((rule) => ruleText(grantOf(rule)))
  const present = now.map((rule) => ruleText(rule))
  return [
    ...present.map((text): DiffLine => ({ kind: wanted.includes(text) ? 'kept' : 'del', text })),
    ...wanted.filter((text) => !present.includes(text)).map((text): DiffLine => ({ kind: 'ins', text })),
  ]
}
