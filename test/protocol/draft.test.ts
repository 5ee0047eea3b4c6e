import { Draft } from '../../protocol/draft.ts'
import { OTHER_ROUTE } from '../../protocol/route/route-trie.ts'

test('ids and parent are apart, of the contract’s lengths', () => {
  const draft = new Draft()
  draft.ids.fill('a')
  draft.parent.fill('b')
  expect(draft.ids.toString()).toBe('a'.repeat(48))
  expect(draft.parent.toString()).toBe('b'.repeat(16))
})

test('a reset forgets the call before', () => {
  const draft = new Draft()
  Object.assign(draft, {
    duration_us: 1,
    ttfb_us: 2,
    tap_us: 3,
    request_bytes: 4,
    response_bytes: 5,
    status: '500',
    attributes: { db: 'a' },
    route: OTHER_ROUTE,
  })
  Object.assign(draft, { response_flags: 'UF', outcome: 'reset', hasParent: true, methodEnd: 3, pathEnd: 9 })
  draft.reset()
  expect(draft).toMatchObject({
    duration_us: 0,
    ttfb_us: 0,
    tap_us: 0,
    request_bytes: 0,
    response_bytes: 0,
    status: '',
    attributes: {},
    route: undefined,
    response_flags: '',
    outcome: 'ok',
    hasParent: false,
    methodEnd: 0,
    pathEnd: 0,
  })
})
