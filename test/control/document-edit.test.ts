import fc from 'fast-check'
import { parse } from 'yaml'
import { editDocument } from '../../control/document-edit.ts'
import type { ConfigEdit } from '../../model/enforcement.ts'
import { readPolicyText } from '../../policy/policy-file.ts'

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
  expect(text).toContain('      methods: [GET, HEAD]\n      codes: [503]\n')
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
  ['deep text', '', { request: '['.repeat(60_000) }, /not well-formed/],
  ['nothing', '', {}, /an edit of 0 keys/],
])('%s is refused with its place', (_what, text, set, message) => {
  expect(() => editDocument(text, { service: 'cart', feature: 'timeouts', set })).toThrow(message)
})

const ALIGNED = `version: tapmesh/v1
services:
  cart:
    timeouts:         { mode: dry-run, request: 2s }          # May
    retries:          { mode: disabled, methods: [GET,HEAD] }

    rateLimit:
      mode:              dry-run     # first
      requestsPerSecond: 200

    mtls: {}
`
const aligned = (feature: ConfigEdit['feature'], set: Record<string, unknown>) =>
  editDocument(ALIGNED, { service: 'cart', feature, set })

test.each<[string, ConfigEdit['feature'], Record<string, unknown>, string, string]>([
  ['a value', 'timeouts', { request: '800ms' }, 'request: 2s', 'request: 800ms'],
  ['a new key of a line', 'timeouts', { percent: 5 }, '2s }', '2s, percent: 5 }'],
  [
    'two of them',
    'timeouts',
    { mode: 'enforce', percent: 5 },
    'dry-run, request: 2s }',
    'enforce, request: 2s, percent: 5 }',
  ],
  ['a list', 'retries', { methods: ['GET'] }, '[GET,HEAD]', '[GET]'],
  ['a value of a block', 'rateLimit', { requestsPerSecond: 80 }, 'Second: 200', 'Second: 80'],
  ['a new key of a block', 'rateLimit', { burst: 50 }, '# first\n', '# first\n      burst: 50\n'],
  ['a first key', 'mtls', { policy: 'strict' }, 'mtls: {}', 'mtls: { policy: strict }'],
])('%s is changed in the line where it stands, the columns stay', (_what, feature, set, before, after) => {
  expect(aligned(feature, set)).toBe(ALIGNED.replace(before, after))
})

test('any words come back as they were set, wherever they stand', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'a, b',
      '# no comment',
      'x: y',
      '}',
      '&a',
      '*a',
      'null',
      'yes',
      '- x',
      "it's",
      '1e3',
      'two\nlines',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.string({ maxLength: 10 }), { minLength: 1, maxLength: 4 }),
  )
  const feature = fc.constantFrom<ConfigEdit['feature']>('timeouts', 'retries', 'rateLimit', 'mtls')
  fc.assert(
    fc.property(word, feature, fc.constantFrom('mode', 'request', 'extra', 'deep.er'), (value, at, name) => {
      // Text is read as the document reads it; JSON's quotes keep it text.
      const set = { [name]: typeof value === 'string' ? JSON.stringify(value) : value }
      const read = parse(aligned(at, set)) as { services: { cart: Record<string, Record<string, unknown>> } }
      const wanted = parse(ALIGNED) as typeof read
      const inner = name === 'deep.er' ? { deep: { er: value } } : { [name]: value }
      wanted.services.cart[at] = { ...wanted.services.cart[at], ...inner }
      expect(read).toEqual(wanted)
    }),
  )
})
