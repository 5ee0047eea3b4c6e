import fc from 'fast-check'
import type { Rule } from '../../../model/policy.ts'
import { authorization } from '../../../policy/feature/authorization.ts'
import type { JudgedCall } from '../../../policy/feature/feature.ts'
import { isAmbiguous, segmentsOf } from '../../../policy/feature/path-segments.ts'
import { PathTree } from '../../../policy/feature/path-tree.ts'
import { keysOfCaller, keysOfEntry } from '../../../policy/feature/principal.ts'
import { call, judgeOf, short, verdictOn } from '../../support/judge.ts'

const SPIFFE = 'spiffe://prod.example/ns/shop/sa/checkout'
const RULES = `default: deny, rules: [
  { id: checkout-rw, action: allow, from: [${SPIFFE}], methods: [GET, POST], paths: ["/cart/{*}"] },
  { id: web-ro, action: allow, from: [web-api], methods: [GET] },
  { id: probes, action: allow, from: [unauthenticated], paths: [/healthz] },
  { id: no-admin, action: deny, paths: ["/admin/{**}"] } ]`
const judge = judgeOf('authorization', RULES)

test.each([
  [{ source: 'checkout', source_identity: SPIFFE, source_evidence: 'mtls' }, 'pass'],
  [{ source: 'checkout', source_evidence: 'trace' }, 'pass'],
  [{ source: 'checkout', source_evidence: 'address' }, 'deny default'],
  [
    {
      source: 'checkout',
      source_identity: 'spiffe://prod.example/ns/shop/sa/other',
      source_evidence: 'mtls',
    },
    'deny default',
  ],
  [{ source: 'checkout', method: 'DELETE' }, 'deny default'],
  [{ source: 'checkout', path: '/cart/1/items' }, 'deny default'],
  [{ source: 'checkout', path: '//cart//17/' }, 'pass'],
  [{ source: 'checkout', path: '/cart/17;v=2' }, 'pass'],
  [{ source: 'checkout', path: '/c%61rt/17' }, 'pass'],
  [{ source: 'checkout', path: '/cart/%2e%2e' }, 'deny no-admin'],
  [{ source: 'web-api', path: '/anything/at/all' }, 'pass'],
  [{ source: 'web-api', path: '/admin/users' }, 'deny no-admin'],
  [{ source: 'web-api', path: '/x/..%2fadmin' }, 'deny no-admin'],
  [{ source: '10.0.0.9', source_evidence: 'address', path: '/healthz' }, 'pass'],
  [{ source: '10.0.0.9', source_evidence: 'none', path: '/cart/1' }, 'deny default'],
] as const)('%j: %s', (change, wanted) => expect(short(verdictOn(judge, change))).toBe(wanted))

test('a refusal names the nearest rule, what did not fit, and who the caller was held to be', () => {
  expect(verdictOn(judge, { source: 'checkout', method: 'DELETE' }).reason).toBe(
    'nearest rule checkout-rw does not name DELETE (caller checkout, believed by trace)',
  )
  expect(verdictOn(judge, { source: 'batch' }).reason).toContain(
    'nearest rule checkout-rw names other callers',
  )
  expect(verdictOn(judge, { source: 'checkout', source_identity: SPIFFE, path: '/x' }).reason).toContain(
    `nearest rule checkout-rw names other paths (caller ${SPIFFE}, proven by its certificate)`,
  )
  const closed = judgeOf('authorization', 'default: deny')
  expect(verdictOn(closed).reason).toContain('no rule allows anything')
  expect(short(verdictOn(judgeOf('authorization', 'default: allow')))).toBe('pass')
})

/** The same question answered by going through all rules, part by part. */
function plainly(rules: readonly Rule[], one: ReturnType<typeof call>): string {
  const keys = new Set(keysOfCaller(one))
  const fitsPath = (template: string, path: readonly string[]): boolean => {
    const parts = segmentsOf(template)
    const rest = parts.at(-1) === '{**}'
    const fixed = rest ? parts.slice(0, -1) : parts
    if (rest ? path.length < fixed.length : path.length !== fixed.length) return false
    return fixed.every((part, at) => part === '{*}' || part === path[at])
  }
  const fits = ({ from, methods, paths, action }: Rule) =>
    (!from || from.some((entry) => keysOfEntry(entry).some((key) => keys.has(key)))) &&
    (!methods || methods.includes(one.method)) &&
    (!paths ||
      (isAmbiguous(one.path)
        ? action === 'deny'
        : paths.some((path) => fitsPath(path, segmentsOf(one.path)))))
  const denying = rules.find((rule) => rule.action === 'deny' && fits(rule))
  if (denying) return `deny ${denying.id}`
  return rules.some((rule) => rule.action === 'allow' && fits(rule)) ? 'pass' : 'deny default'
}

const word = fc.constantFrom('cart', 'items', '17', '..', '%2e', 'a%2fb', 'x;y', '')
const path = fc.array(word, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
const template = fc
  .tuple(fc.array(fc.constantFrom('cart', 'items', '17', '{*}'), { maxLength: 3 }), fc.boolean())
  .map(([parts, rest]) => `/${[...parts, ...(rest ? ['{**}'] : [])].join('/')}`)
const names = ['web', 'batch', 'unauthenticated', SPIFFE]
const some = <T>(values: fc.Arbitrary<T>) =>
  fc.option(fc.array(values, { minLength: 1, maxLength: 3 }), { nil: undefined })
const rule = fc.record({
  action: fc.constantFrom('allow' as const, 'deny' as const),
  from: some(fc.constantFrom(...names)),
  methods: some(fc.constantFrom('GET', 'POST')),
  paths: some(template),
})
const caller = fc.record({
  source: fc.constantFrom('web', 'batch', 'checkout', '10.0.0.1'),
  source_identity: fc.constantFrom('', SPIFFE),
  source_evidence: fc.constantFrom('trace' as const, 'address' as const),
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  path,
})

test('looking up decides as going through all rules does', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 8 }), fc.array(caller, { maxLength: 8 }), (drafts, callers) => {
      const rules = drafts.map((draft, index) => ({ id: `r${index}`, ...draft }))
      const compiled = authorization.compile({
        mode: 'dry-run',
        percent: 100,
        expires: undefined,
        default: 'deny',
        rules,
      })
      for (const change of callers) {
        const one = call(change)
        expect(short(authorization.decide(compiled, undefined, one, one.ts))).toBe(plainly(rules, one))
      }
    }),
    { numRuns: 500 },
  )
})

test('a tree knows where calls of one template may be told apart', () => {
  const tree = new PathTree()
  tree.add(['/cart/{*}', '/items/17/{**}'], 'allow', 0)
  const open = (segment: string) => segment.includes('{')
  expect(tree.tellsApart(['cart', '{id}'], open)).toBe(false)
  expect(tree.tellsApart(['items', '{id}'], open)).toBe(true)
  expect(tree.tellsApart(['{*}', '{id}'], open)).toBe(true)
  expect(tree.tellsApart(['other', '{id}'], open)).toBe(false)
})

describe('rules that ask for header fields', () => {
  const judge = judgeOf(
    'authorization',
    `default: deny, rules: [
      { id: staff, action: allow, headers: { x-role: [staff, admin], x-team: [shop] } },
      { id: readers, action: allow, methods: [GET] },
      { id: no-trial, action: deny, paths: ["/cart/{**}"], headers: { x-plan: [trial] } } ]`,
  )
  const on = (fields: Record<string, string[]>, change: Partial<JudgedCall> = {}) =>
    short(
      verdictOn(judge, { method: 'POST', path: '/cart/1', header: (name) => fields[name] ?? [], ...change }),
    )

  test.each([
    [{ 'x-role': ['staff'], 'x-team': ['shop'] }, {}, 'pass'],
    [{ 'x-role': ['staff'] }, {}, 'deny default'],
    [{ 'x-role': ['Staff'], 'x-team': ['shop'] }, {}, 'deny default'],
    [{ 'x-plan': ['trial'] }, { method: 'GET' }, 'deny no-trial'],
    [{ 'x-plan': ['trial'] }, { method: 'GET', path: '/other' }, 'pass'],
    [{ 'x-plan': ['paid'] }, { method: 'GET' }, 'pass'],
  ] as const)('%j %j: %s', (fields, change, wanted) => {
    const lists = Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, [...values]]))
    expect(on(lists, change)).toBe(wanted)
  })

  test('a field that comes twice allows nothing and is denied by either value', () => {
    expect(on({ 'x-role': ['staff', 'guest'], 'x-team': ['shop'] })).toBe('deny default')
    expect(on({ 'x-plan': ['paid', 'trial'] }, { method: 'GET' })).toBe('deny no-trial')
  })

  test('a path that can be read two ways fits the rule that denies', () => {
    expect(on({ 'x-plan': ['trial'] }, { method: 'GET', path: '/a/..%2fcart/1' })).toBe('deny no-trial')
  })

  test('a recorded call has none of them, and the words say so', () => {
    const one = call({ method: 'POST', path: '/cart/1' })
    const { decision, reason } = judge.decide(judge.module.createState(), one, one.ts)
    expect(decision).toBe('deny')
    expect(reason).toMatch(/staff asks for header fields, which are not recorded|readers does not name POST/)
  })
})
