import { editDocument } from '../../../collector/control/document-edit.ts'
import { readPolicyText } from '../../../tap-proxy/policy/policy-file.ts'

const DOCUMENT = `# Who may do what; ask the shop's people.
version: tapmesh/v1
mesh: { trustDomain: prod.example }

services:
  # the cart is old
  cart:
    timeouts: { mode: dry-run, request: 2s } # measured in May
    retries:
      mode: disabled
      budget:
        percent: 20 # agreed on
  browser: {}
`

const edit = (set: Record<string, unknown>, feature = 'timeouts' as const, caller?: string) =>
  editDocument(DOCUMENT, { service: 'cart', feature, caller, set })

test('one value changes; comments, order and everything else stay', () => {
  expect(edit({ request: '800ms' })).toBe(DOCUMENT.replace('request: 2s', 'request: 800ms'))
  expect(edit({ mode: 'enforce', percent: 10 })).toBe(
    DOCUMENT.replace('mode: dry-run, request: 2s', 'mode: enforce, request: 2s, percent: 10'),
  )
})

test('dotted names reach into the nesting, text is read as the document reads it', () => {
  const text = editDocument(DOCUMENT, {
    service: 'cart',
    feature: 'retries',
    set: { 'budget.percent': '10', methods: '[GET, HEAD]', codes: [503] },
  })
  expect(text).toContain('percent: 10 # agreed on')
  expect(text).toContain('      methods: [ GET, HEAD ]\n      codes: [ 503 ]\n')
  const given = readPolicyText('policy', text).policy.services.get('cart')!.features.retries!
  expect(given).toMatchObject({ 'budget.percent': 10, methods: ['GET', 'HEAD'], codes: [503] })
})

test('rules have a line each', () => {
  const rule = (id: string) => ({ id, action: 'allow', methods: ['GET'] })
  const set = { mode: 'dry-run', default: 'deny', rules: [rule('one'), rule('two')] }
  const text = editDocument(DOCUMENT, { service: 'cart', feature: 'authorization', set })
  expect(text).toContain('        - { id: one, action: allow, methods: [ GET ] }\n        - { id: two,')
})

test('null takes a key out, and what it leaves empty', () => {
  expect(edit({ request: null })).toBe(DOCUMENT.replace(', request: 2s', ''))
  const { policy } = readPolicyText('policy', edit({ mode: null, request: null }))
  expect(policy.services.get('cart')!.features.timeouts).toBeUndefined()
  const text = editDocument(DOCUMENT, {
    service: 'cart',
    feature: 'retries',
    set: { 'budget.percent': null },
  })
  expect(text).not.toContain('budget')
  expect(editDocument(DOCUMENT, { service: 'cart', feature: 'mtls', set: { policy: null } })).toBe(DOCUMENT)
})

test('a caller has an entry of its own; services that are not there are made', () => {
  const callers = readPolicyText('policy', edit({ mode: 'disabled' }, 'timeouts', 'batch')).policy
  expect(callers.services.get('cart')!.callers.get('batch')).toEqual({ timeouts: { mode: 'disabled' } })
  const made = editDocument('', {
    service: 'new',
    feature: 'timeouts',
    set: { mode: 'dry-run', request: '1s' },
  })
  expect(readPolicyText('policy', made).policy.services.get('new')!.features.timeouts).toMatchObject({
    request: 1_000_000,
  })
})

test.each([
  [
    'an alias',
    'x: &t { mode: dry-run }\nservices: { cart: { timeouts: *t } }\n',
    { request: '1s' },
    /stands for another place/,
  ],
  ['no mapping', 'services: { cart: [] }\n', { request: '1s' }, /is no mapping/],
  ['broken text', '', { request: '[1' }, /not well-formed/],
  ['deep text', '', { request: '['.repeat(200_000) }, /not well-formed/],
  ['nothing', '', {}, /an edit of 0 keys/],
])('%s is refused with its place', (_what, text, set, message) => {
  expect(() => editDocument(text, { service: 'cart', feature: 'timeouts', set })).toThrow(message)
})
