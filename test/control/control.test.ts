import { Control } from '../../control/control.ts'
import type { Overlay } from '../../control/in-force.ts'
import type { ConfigSet } from '../../model/enforcement.ts'
import { openTestStore } from '../support/mesh.ts'
import { policyText } from '../support/policy.ts'

/** The whole of control over the real embedded store. */
let store: Awaited<ReturnType<typeof openTestStore>>
let control: Control

beforeEach(async () => {
  store = await openTestStore()
  control = await Control.open({ store })
})
afterEach(async () => {
  await control.close()
  await store.remove()
})

const TIMEOUTS = policyText('  cart: { timeouts: { mode: dry-run, request: 2s } } # ask ann\n')
const DENYING = policyText('  cart: { authorization: { mode: enforce, percent: 1, default: deny } }\n')
const set = (document: string, more: Partial<ConfigSet> = {}) =>
  control.set({ document, reason: 'a try', ...more })

/** Another control over the same store, as after a restart. */
const restarted = () => Control.open({ store })

test('a mesh without a document has revision 0.0 and sets nothing', () => {
  expect(control.current()).toEqual({
    ...{ revision: '0.0', document: '', changed_at: null, actor: '', reason: '', bypass: false, taps: [] },
  })
  expect(control.stateFor(['cart'])).toMatchObject({ revision: '0.0', services: {}, bypass: false })
})

test('a change is stored, has a revision, says what it changed, and is there after a restart', async () => {
  const changed = await set(TIMEOUTS, { actor: 'ann' })
  expect(changed.revision).toMatch(/^[0-9a-f]{8}\.1$/)
  expect(changed.changes).toContainEqual({
    ...{ service: 'cart', caller: '', feature: 'timeouts', name: 'request', before: 'none', after: '2s' },
  })
  const again = await restarted()
  expect(again.current()).toEqual(control.current())
  expect(again.current()).toMatchObject({ document: TIMEOUTS, actor: 'ann', reason: 'a try' })
  const next = await again.edit({
    service: 'cart',
    feature: 'timeouts',
    set: { percent: 10 },
    reason: 'less',
  })
  expect(next.revision).toBe(changed.revision.replace(/1$/, '2'))
  expect(again.current().document).toBe(TIMEOUTS.replace('request: 2s', 'request: 2s, percent: 10'))
  expect(again.file.placeOf('cart', '', 'timeouts', 'request')).toMatchObject({ file: 'policy', line: 4 })
})

test('the same document again changes nothing', async () => {
  const { revision } = await set(TIMEOUTS)
  expect(await set(TIMEOUTS)).toEqual({ revision, changes: [] })
  expect((await control.audit(10)).entries).toHaveLength(1)
})

test.each([
  ['no reason', { reason: '  ' }, 'TAPMESH_REASON_MISSING'],
  ['a long reason', { reason: 'x'.repeat(501) }, 'TAPMESH_REASON_MISSING'],
  [
    'an unknown key',
    { document: policyText('  cart: { timeout: { mode: dry-run } }\n') },
    'TAPMESH_CONFIG_INVALID',
  ],
  ['broken YAML', { document: 'version: [' }, 'TAPMESH_CONFIG_SYNTAX'],
  ['a document of 2 MiB', { document: `${TIMEOUTS}#${'x'.repeat(2_097_152)}` }, 'TAPMESH_CONFIG_TOO_LARGE'],
  ['another base', { base_revision: '00000000.7' }, 'TAPMESH_CONFIG_CHANGED'],
  ['a base of the future', { base_revision: '0.9' }, 'TAPMESH_CONFIG_CHANGED'],
  ['a policy that denies everything', { document: DENYING }, 'TAPMESH_DENIES_ALL'],
])('%s is refused and nothing is stored', async (_what, more, code) => {
  await expect(set(TIMEOUTS, more)).rejects.toMatchObject({ code })
  expect(control.revision).toBe('0.0')
  expect((await restarted()).revision).toBe('0.0')
})

test('denying everything has to be meant; what denies already may stay', async () => {
  await set(DENYING, { yes_deny_all: true })
  const edited = await control.edit({
    service: 'browser',
    feature: 'timeouts',
    set: { mode: 'disabled' },
    reason: 'x',
  })
  expect(edited.revision).toMatch(/\.2$/)
  const caller = '  callers: { batch: { authorization: { mode: enforce, default: deny } } }\n'
  await expect(set(policyText(`  cart:\n  ${caller}`))).rejects.toThrow(/cart for batch/)
})

test('of two writers with the same base one wins, also where they are two programs', async () => {
  const { revision } = await set(TIMEOUTS)
  const other = await restarted()
  const ask = (one: Control, percent: number) =>
    one.edit({ service: 'cart', feature: 'timeouts', set: { percent }, reason: 'x', base_revision: revision })
  const told = await Promise.allSettled([ask(control, 1), ask(control, 2), ask(other, 3), ask(other, 4)])
  expect(told.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const answer of told) {
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'TAPMESH_CONFIG_CHANGED' })
  }
  // Who lost has read again what holds.
  await Promise.allSettled([ask(control, 5), ask(other, 6)])
  expect(other.current().document).toBe(control.current().document)
  expect(await control.audit(10)).toMatchObject({ intact: true })
})

test('a base is good as long as the document is the one that was looked at', async () => {
  const { revision } = await set(TIMEOUTS)
  await control.bypass({ on: true, reason: 'trouble' })
  const edited = await control.edit({
    ...{ service: 'cart', feature: 'timeouts', set: { percent: 1 }, reason: 'x', base_revision: revision },
  })
  expect(edited.revision).toMatch(/\.3$/)
})

test('undo brings the document before, and once more the one after', async () => {
  await expect(control.undo({ reason: 'x' })).rejects.toMatchObject({ code: 'TAPMESH_NOT_FOUND' })
  await set(TIMEOUTS)
  await control.bypass({ on: true, reason: 'trouble' })
  const second = TIMEOUTS.replace('2s', '1s')
  await set(second)
  await control.bypass({ on: false, reason: 'over' })
  expect((await control.undo({ reason: 'too short' })).changes).toMatchObject([{ before: '1s', after: '2s' }])
  expect(control.current()).toMatchObject({ document: TIMEOUTS, reason: 'too short', bypass: false })
  await control.undo({ reason: 'not too short' })
  expect(control.current().document).toBe(second)
})

test('listeners are told once it is stored; one that fails fails alone', async () => {
  const told: string[] = []
  const warnings: string[] = []
  const own = await Control.open({ store, onWarning: (text) => warnings.push(text) })
  own.onChange(() => {
    throw new Error('no room')
  })
  const end = own.onChange(({ revision, changes }) => told.push(`${revision} ${changes.length}`))
  const { revision } = await own.set({ document: TIMEOUTS, reason: 'x' })
  end()
  await own.bypass({ on: true, reason: 'x' })
  expect(told).toEqual([`${revision} 3`])
  expect(warnings).toEqual([expect.stringContaining('no room'), expect.stringContaining('no room')])
})

test('bypass holds over a restart; what holds already is no change', async () => {
  const { revision } = await control.bypass({ on: true, reason: 'trouble', actor: 'ann' })
  expect(await control.bypass({ on: true, reason: 'again' })).toEqual({ revision, changes: [] })
  const again = await restarted()
  expect(again.stateFor(['cart'])).toMatchObject({ bypass: true, revision })
  expect((await again.audit(1)).entries).toMatchObject([
    { action: 'bypass', before: 'bypass: off', after: 'bypass: on' },
  ])
})

test('taps get what they ask for, with durations in microseconds, callers and the trust domain', async () => {
  await set(
    policyText(`  cart:
    timeouts: { mode: enforce, percent: 5, request: 2s }
    callers: { batch: { timeouts: { request: 9s } } }
  orders: { timeouts: { mode: dry-run, request: 1s } }
`),
  )
  expect(control.stateFor(['cart', 'nobody'])).toEqual({
    ...{ version: 'tapmesh/v1', revision: control.revision, issued_at: expect.any(String) },
    ...{ trust_domain: 'prod.example', bypass: false },
    services: {
      cart: {
        features: { timeouts: { mode: 'enforce', percent: 5, request: 2_000_000 } },
        callers: { batch: { timeouts: { mode: 'enforce', percent: 5, request: 9_000_000 } } },
      },
    },
  })
})

test('what stands over the document makes it less, for callers too, and taps are told why it changed', async () => {
  let latched = true
  const overlay: Overlay = {
    inForce: (_service, _feature, { mode, percent }) =>
      latched ? { mode: 'dry-run', percent, why: 'latched' } : { mode, percent, why: null },
    rearm: async () => {
      const was = latched
      latched = false
      return was
    },
  }
  control.useOverlay(overlay)
  await set(
    policyText(
      '  cart:\n    timeouts: { mode: enforce, request: 2s }\n    callers: { batch: { timeouts: { mode: enforce } } }\n',
    ),
  )
  const modes = () => {
    const { features, callers } = control.stateFor(['cart']).services['cart']!
    return [features.timeouts?.['mode'], callers['batch']?.timeouts?.['mode']]
  }
  expect(modes()).toEqual(['dry-run', 'dry-run'])
  expect(control.inForce('cart', 'timeouts')).toEqual({ mode: 'dry-run', percent: 100, why: 'latched' })
  await control.rearm({ service: 'cart', feature: 'timeouts', reason: 'mended', actor: 'ann' })
  expect(modes()).toEqual(['enforce', 'enforce'])
  await expect(control.rearm({ service: 'cart', feature: 'timeouts', reason: 'x' })).rejects.toThrow(
    /nothing latched/,
  )
  const revision = await control.steered({
    ...{ action: 'rollback', service: 'cart', feature: 'timeouts', reason: 'errors 4 % against 1 %' },
    ...{ before: 'mode: enforce, percent: 5', after: 'mode: dry-run' },
  })
  expect(control.revision).toBe(revision)
  expect((await control.audit(2)).entries).toMatchObject([
    { seq: 3, action: 'rollback', auto: true, actor: 'control', after: 'cart.timeouts mode: dry-run' },
    {
      seq: 2,
      action: 'rearm',
      auto: false,
      actor: 'ann',
      after: 'cart.timeouts mode: enforce, percent: 100',
    },
  ])
  expect(await control.lastChange('cart', 'timeouts')).toMatchObject({ seq: 1, action: 'set' })
  expect(await control.lastChange('cart', 'retries')).toBeUndefined()
})

test('a revision is found by its name, with its document', async () => {
  const first = await set(TIMEOUTS)
  await set(TIMEOUTS.replace('2s', '1s'))
  expect(await control.revisionOf(first.revision)).toMatchObject({
    document: TIMEOUTS,
    set_by: { number: 1 },
  })
  expect((await control.revisions(10)).map(({ number }) => number)).toEqual([2, 1])
  for (const name of ['00000000.1', 'x', first.revision.replace(/1$/, '9')]) {
    await expect(control.revisionOf(name)).rejects.toMatchObject({ code: 'TAPMESH_NOT_FOUND' })
  }
})

test('aliases that make a small document a large state are refused', async () => {
  const ids = Array.from(
    { length: 1000 },
    (_, index) => `{ id: rule-${index}, action: allow, paths: ["/${'x'.repeat(200)}"] }`,
  )
  const services = Array.from({ length: 90 }, (_, index) => `  s${index}: { authorization: *a }\n`)
  const document = policyText(
    `  s: { authorization: &a { mode: dry-run, default: deny, rules: [${ids.join(', ')}] } }\n${services.join('')}`,
  )
  await expect(set(document)).rejects.toMatchObject({ code: 'TAPMESH_CONFIG_TOO_LARGE' })
})

test('ten thousand rules are taken, the reader says what they weigh', async () => {
  const rule = (index: number) =>
    `        - { id: r${index}, action: allow, from: [svc-${index % 97}], methods: [GET], paths: ["/a/${index}"] }\n`
  const services = Array.from({ length: 10 }, (_, service) => {
    const rules = Array.from({ length: 1000 }, (_, index) => rule(index)).join('')
    return `  service-${service}:\n    authorization:\n      mode: dry-run\n      default: deny\n      rules:\n${rules}`
  })
  const document = policyText(services.join(''))
  expect(document.length).toBeLessThan(1_048_576)
  await set(document)
  expect(
    control.stateFor(['service-9']).services['service-9']!.features.authorization?.['rules'],
  ).toHaveLength(1000)
  expect((await control.audit(1)).entries[0]!.after).toMatch(/and \d+ more$/)
})

test('a feature ends by its own clock as a revision of its own, with an entry of the audit', async () => {
  const expires = new Date(Date.now() + 300).toISOString()
  const services = `  cart:
    timeouts: { mode: dry-run, request: 2s, expires: "${expires}" }
    mtls: { mode: dry-run, policy: strict }
`
  const { revision } = await set(policyText(services))
  const mode = () => control.stateFor(['cart']).services['cart']!.features.timeouts!['mode']
  expect(mode()).toBe('dry-run')
  await control.waiting.wait(30_000, new AbortController().signal)
  expect(control.revision).toBe(revision.replace(/1$/, '2'))
  expect(mode()).toBe('disabled')
  expect(control.inForce('cart', 'timeouts')).toMatchObject({
    mode: 'disabled',
    why: expect.stringContaining(expires),
  })
  expect((await control.audit(1)).entries).toMatchObject([
    {
      ...{ action: 'expire', auto: true, actor: 'control' },
      ...{ before: 'cart.timeouts mode: dry-run', after: 'cart.timeouts mode: disabled' },
    },
  ])
})

test('what ended while control was away ends at its start', async () => {
  const expires = new Date(Date.now() + 50).toISOString()
  await set(policyText(`  cart: { timeouts: { mode: dry-run, request: 2s, expires: "${expires}" } }\n`))
  await control.close()
  while (Date.now() <= Date.parse(expires)) await new Promise((resolve) => setImmediate(resolve))
  const again = await restarted()
  await again.waiting.wait(30_000, new AbortController().signal)
  expect((await again.audit(1)).entries).toMatchObject([{ seq: 2, action: 'expire' }])
  await again.close()
})

test('what is beside the features is told too: trust domain and rollout', async () => {
  await set(TIMEOUTS)
  await set(
    TIMEOUTS.replace('prod.example', 'test.example').replace(
      'cart: {',
      'cart: { rollout: { steps: [1, 5], hold: 1h },',
    ),
  )
  expect((await control.audit(1)).entries[0]).toMatchObject({
    before: 'mesh.trustDomain: prod.example',
    after:
      'mesh.trustDomain: test.example\ncart.rollout steps: [1, 5], hold: 1h, guards: errorRateDelta 1%, p99Ratio 2',
  })
})

test('who changed a feature last is known although a change was too long to be told in full', async () => {
  const rules = Array.from(
    { length: 900 },
    (_, index) => `{ id: rule-${index}, action: allow, from: [caller-${index}] }`,
  )
  await set(TIMEOUTS)
  const services = `  cart: { timeouts: { mode: dry-run, request: 2s } }\n  orders: { authorization: { mode: dry-run, default: deny, rules: [${rules.join(', ')}] }, mtls: { mode: dry-run, policy: strict } }\n`
  await set(policyText(services), { reason: 'many rules' })
  await set(policyText(services.replace('2s', '1s')), { reason: 'shorter' })
  expect(await control.lastChange('orders', 'mtls')).toMatchObject({ seq: 2, reason: 'many rules' })
  expect(await control.lastChange('cart', 'timeouts')).toMatchObject({ seq: 3 })
  expect(await control.lastChange('cart', 'timeouts', 1)).toMatchObject({ seq: 1 })
})

test('entries that change no revision are in the chain as well', async () => {
  await set(TIMEOUTS)
  await control.note({
    ...{ actor: 'ann', action: 'join-token', reason: 'a new tap' },
    auto: false,
    before: '',
    after: 'orders',
  })
  await set(TIMEOUTS.replace('2s', '1s'))
  expect(await control.audit(2)).toMatchObject({
    intact: true,
    entries: [{ seq: 3 }, { seq: 2, action: 'join-token' }],
  })
})
