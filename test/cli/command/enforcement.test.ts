import { enforcementLines } from '../../../cli/print/enforcement.ts'
import { createStyle } from '../../../cli/terminal/style.ts'
import type { EnforcementCell } from '../../../model/enforcement.ts'
import type { Feature, Mode } from '../../../model/feature.ts'
import { insertCalls, NOW, openTestStore, SECOND, type Served, serveApi, spanId } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'
import { runTapmesh } from '../support/tapmesh-command.ts'

/** Commands about what policies said and did, against a real API over the real store. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served

beforeAll(async () => {
  store = await openTestStore()
  served = await serveApi(store)
  const document = policyText(`  cart:
    authorization: { mode: dry-run, default: deny, rules: [{ id: web, action: allow, from: [shop], methods: [GET] }] }
    timeouts: { mode: enforce, percent: 10, request: 800ms }
`)
  const { revision } = await served.control.set({ document, reason: 'least privilege', actor: 'ann' })
  await insertCalls(store, [
    {
      ...{ ts: NOW - SECOND, span_id: spanId(1), config_version: revision, source: 'guest' },
      verdicts: ['authorization=would_deny;rule=default'],
    },
    { ts: NOW - 2 * SECOND, span_id: spanId(2), config_version: revision },
    { ts: NOW - 3 * SECOND, span_id: spanId(3) },
  ])
})
afterAll(async () => {
  await served.close()
  await store.remove()
})

const run = (...args: string[]) => runTapmesh(args, { environment: { TAPMESH_API: served.url } })

test('enforcement: one line a feature', async () => {
  const { out, exit } = await run('enforcement')
  expect(exit).toBe(0)
  expect(out.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['feature', 'asked for', 'in force', 'rollout', 'calls', 'would', 'acted'],
    ['cart.timeouts', 'enforce 10 %', 'enforce 10 %', '0', '0', '0'],
    ['cart.authorization', 'dry-run', 'dry-run', '2', '1', '0'],
    [`Revision ${served.control.revision}.`],
    [''],
  ])
  expect(JSON.parse((await run('enforcement', '--json')).out)).toMatchObject({ cells: [{}, {}] })
})

test('explain: the words, the line, who set it; 1 where the call is unknown, 64 where it is no id', async () => {
  const { out, exit } = await run('explain', `${spanId(1)}.server`)
  expect(exit).toBe(0)
  expect(out).toBe(
    [
      '2026-09-21T14:13:19Z  guest -> cart  GET /cart/{id}  200',
      'authorization: would deny (rule default)',
      '  nearest rule web names other callers (caller guest, believed by trace)',
      `  policy:5 of revision ${served.control.revision}`,
      '  set by ann at 2026-09-21T14:13:20.000Z: least privilege',
      '',
    ].join('\n'),
  )
  expect((await run('explain', `${spanId(2)}.server`)).out).toContain('Every feature of revision')
  expect((await run('explain', `${spanId(3)}.server`)).out).toContain('It ran under no policy.')
  expect(JSON.parse((await run('explain', `${spanId(1)}.server`, '--json')).out)).toMatchObject({
    verdicts: [{ rule: 'default' }],
  })
  const unknown = await run('explain', `${'f'.repeat(16)}.server`)
  expect([unknown.exit, unknown.error]).toEqual([1, expect.stringContaining('is not in the store')])
  expect((await run('explain', 'nonsense')).exit).toBe(64)
})

test('calls --would deny finds it, and a word that is no decision is refused', async () => {
  const { out } = await run(
    'calls',
    '--would',
    'deny',
    '--json',
    '--from',
    '2026-09-21T14:00:00Z',
    '--to',
    '2026-09-21T14:13:20Z',
  )
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual([`${spanId(1)}.server`])
  expect((await run('calls', '--would', 'bite')).exit).toBe(64)
})

const cell = (feature: Feature, mode: Mode, more: Partial<EnforcementCell>): EnforcementCell => ({
  ...{ service: 'cart', feature, mode, percent: 100, mode_in_force: mode, percent_in_force: 100, why: null },
  ...{ latched: null, expires: null, rollout: null, calls: 1234, would: 0, acted: 0, callers_overridden: 0 },
  ...more,
})

test('what is bypassed, rolled out, held or put back is said', () => {
  const rollout = { steps: [1, 10, 100], at_step: 1, next_at: '2026-09-21T15:00:00Z', held: null }
  const lines = enforcementLines(
    {
      ...{ window: { from: '', to: '' }, revision: '1.2', bypass: true },
      cells: [
        cell('timeouts', 'enforce', { percent_in_force: 10, rollout }),
        cell('retries', 'enforce', { rollout: { ...rollout, held: 'too few calls' } }),
        cell('mtls', 'enforce', {
          ...{ mode_in_force: 'dry-run', why: 'put back' },
          latched: { at: '2026-09-21T14:00:00Z', reason: 'bad' },
        }),
      ],
    },
    { style: createStyle(false), width: () => 140 },
  )
  const text = lines.join('\n')
  expect(lines[0]).toContain('bypassed by hand')
  expect(text).toContain('step 2 of 3, next 15:00')
  expect(text).toContain('step 2 of 3, waits')
  expect(text).toContain('cart.retries: too few calls')
  expect(text).toMatch(/cart\.mtls +enforce 100 % +dry-run +put back 2026-09-21 14:00 +1,234/)
  expect(
    enforcementLines(
      { window: { from: '', to: '' }, revision: '0.0', bypass: false, cells: [] },
      {
        style: createStyle(false),
        width: () => 80,
      },
    ),
  ).toEqual(['The policy names no feature.'])
})
