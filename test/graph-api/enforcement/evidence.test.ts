import { Control } from '../../../control/control.ts'
import { RolloutDriver } from '../../../control/rollout-driver.ts'
import { type EnforcementSource, readEnforcement } from '../../../graph-api/enforcement/enforcement.ts'
import { readEvidence } from '../../../graph-api/enforcement/evidence.ts'
import { tapAdvice } from '../../../graph-api/enforcement/tap-advice.ts'
import { writeForecast } from '../../../graph-api/query/forecast.ts'
import { enforcementAnswer, evidenceAnswer } from '../../../graph-api/schema/enforcement.ts'
import type { CallRecord } from '../../../model/call.ts'
import type { TapConfig } from '../../../model/enforcement.ts'
import type { Feature } from '../../../model/feature.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'

/** A real Control over the real store, with calls as taps would write them. */
let store: Awaited<ReturnType<typeof openTestStore>>
let control: Control
let rollouts: RolloutDriver
let source: EnforcementSource

const MINUTE = 60 * SECOND
const DOCUMENT = policyText(`  cart:
    authorization: { mode: dry-run, default: deny, rules: [{ id: web, action: allow, from: [web-api] }] }
    timeouts: { mode: enforce, request: 800ms }
    retries: { mode: disabled, expires: 2030-01-01T00:00:00Z }
    rollout: { steps: [5, 50, 100], hold: 1h, guards: { errorRateDelta: 1%, p99Ratio: 2 } }
    callers: { batch: { timeouts: { mode: dry-run } } }
  payment:
    rateLimit: { mode: dry-run, requestsPerSecond: 10 }
`)

const now = { us: NOW - 2 * 3600 * SECOND }
const calls = (count: number, at_us: number, of: (index: number) => Partial<CallRecord>) =>
  Array.from({ length: count }, (_, index) => ({
    ts: at_us - index * SECOND,
    span_id: spanId(at_us / SECOND + index),
    config_version: control.revision,
    ...of(index),
  }))

beforeAll(async () => {
  store = await openTestStore()
  control = await Control.open({ store, now: () => now.us / 1000 })
  rollouts = new RolloutDriver({ store, now: () => now.us, onFault: () => {} })
  control.useOverlay(rollouts)
  await rollouts.open()
  await control.set({ document: DOCUMENT, reason: 'first try', actor: 'ann' })
  rollouts.start(control)
  await rollouts.close()
  source = { store, control, rollouts }
  now.us = NOW
  const denied = ['authorization=would_deny;rule=default']
  await insertCalls(store, [
    ...calls(400, NOW - MINUTE, (index) => ({
      ...(index < 30 ? { source: 'guest', verdicts: denied, method: 'POST' } : {}),
      ...(index < 3 ? { outcome: 'server_error' as const } : {}),
    })),
    // Said under other settings, or by the side that does not judge: neither counts.
    ...calls(50, NOW - 2 * MINUTE, () => ({ source: 'ghost', verdicts: denied, config_version: '0.0' })),
    ...calls(50, NOW - 2 * MINUTE, () => ({ source: 'ghost', verdicts: denied, reporter: 'client' })),
    ...calls(200, NOW - 3 * MINUTE, (index) => ({
      reporter: 'client',
      duration_us: index % 2 ? 10_000 : 900_000,
      outcome: index % 2 ? 'ok' : 'timeout',
      verdicts: [index % 2 ? 'timeouts=pass;cohort=control' : 'timeouts=cut;rule=request;cohort=treated'],
    })),
    ...calls(1200, NOW - 20 * MINUTE, () => ({ destination: 'payment', verdicts: [] })),
  ])
})
afterAll(async () => {
  await control.close()
  await store.remove()
})

const evidence = async (service: string, feature: Feature, from_us = NOW - 7 * 24 * 3600 * SECOND) =>
  evidenceAnswer.parse(
    await readEvidence(source, { service, feature, span: { from_us, to_us: NOW }, now_us: NOW }),
  )

test('the matrix: what is asked for, what is in force and why, what was said and done', async () => {
  const answer = enforcementAnswer.parse(
    await readEnforcement(source, { from_us: NOW - 3600 * SECOND, to_us: NOW }, NOW),
  )
  expect(answer).toMatchObject({ revision: control.revision, bypass: false })
  expect(answer.cells.map(({ service, feature, ...rest }) => [`${service}.${feature}`, rest])).toEqual([
    [
      'cart.timeouts',
      {
        ...{ mode: 'enforce', percent: 100, mode_in_force: 'enforce', percent_in_force: 5 },
        ...{ why: 'the rollout has reached 5 %', latched: null, expires: null, callers_overridden: 1 },
        rollout: { steps: [5, 50, 100], at_step: 0, next_at: '2026-09-21T13:13:20Z', held: null },
        ...{ calls: 250, would: 0, acted: 100 },
      },
    ],
    [
      'cart.retries',
      expect.objectContaining({
        mode: 'disabled',
        mode_in_force: 'disabled',
        expires: '2030-01-01T00:00:00.000Z',
      }),
    ],
    [
      'cart.authorization',
      expect.objectContaining({ mode: 'dry-run', why: null, rollout: null, calls: 450, would: 80, acted: 0 }),
    ],
    [
      'payment.rateLimit',
      expect.objectContaining({ calls: 1200, would: 0, acted: 0, callers_overridden: 0 }),
    ],
  ])
})

test('evidence of a dry-run: rows with samples, who is concerned, what was forecast, what is locked', async () => {
  await writeForecast(store, {
    ...{ service: 'cart', feature: 'authorization', revision: control.revision },
    ...{ at_us: NOW - 3600 * SECOND, calls: 1000, affected: 50, window_s: 86_400 },
  })
  const found = await evidence('cart', 'authorization')
  expect(found).toMatchObject({
    window: { from: '2026-09-21T12:13:20Z', to: '2026-09-21T14:13:20Z' },
    ...{ mode: 'dry-run', percent: 100, examined: 400 },
    settings: [
      { name: 'default', value: 'deny', origin: 'service' },
      { name: 'rules', value: '1 rule', origin: 'service' },
    ],
    last_verdict: '2026-09-21T14:12:20Z',
    blast: { callers: 1, callers_all: 2, share: 30 / 400 },
    ...{ treated: null, control: null },
    forecast: { calls: 1000, affected: 50, share: 0.05 },
    observed: { calls: 400, affected: 30, share: 30 / 400 },
    locked: [],
    advice: [expect.stringMatching(/^Who calls once a week is seen within 7 days of dry-run; 0\.00 so far/)],
    command: 'tapmesh config set cart.authorization mode=enforce --reason "…"',
  })
  expect(found.rows).toEqual([
    {
      ...{
        source: 'guest',
        method: 'POST',
        route: '/cart/{id}',
        decision: 'deny',
        acted: false,
        rule: 'default',
      },
      ...{ calls: 30, good: 27, last_seen: '2026-09-21T14:12:20Z' },
      samples: expect.arrayContaining([expect.stringMatching(/^[0-9a-f]{16}\.server$/)]),
    },
  ])
})

test('cohorts of what is enforced for a part of the calls', async () => {
  const found = await evidence('cart', 'timeouts')
  expect(found.treated).toMatchObject({ calls: 100, errors: 100, error_rate: 1 })
  expect(found.control).toMatchObject({ calls: 100, errors: 0 })
  expect(found.control!.p99_us / 10_000).toBeCloseTo(1, 1)
  expect(found.command).toBe('')
})

test('what is old, small, disabled or unknown is locked, and says so', async () => {
  expect((await evidence('payment', 'rateLimit')).locked).toEqual([
    'The last call was looked at 20 minutes ago; evidence has to be fresher than 15 minutes.',
  ])
  expect((await evidence('cart', 'authorization', NOW - 90 * SECOND)).locked).toEqual([
    '31 calls were looked at under these settings; 300 are needed.',
  ])
  expect(await evidence('cart', 'retries')).toMatchObject({
    locked: ['It is disabled: dry-run has to run first.'],
    command: 'tapmesh config set cart.retries mode=dry-run --reason "…"',
  })
  expect(await evidence("o'neill shop", 'mtls')).toMatchObject({
    ...{ mode: 'disabled', settings: [], examined: 0, first_verdict: null, forecast: null, observed: null },
    command: `tapmesh config set 'o'\\''neill shop.mtls' mode=dry-run --reason "…"`,
  })
})

test('bypass and a latch are said', async () => {
  await control.bypass({ on: true, reason: 'trial' })
  try {
    const { cells } = await readEnforcement(source, { from_us: NOW - SECOND, to_us: NOW }, NOW)
    expect(cells[0]).toMatchObject({ mode_in_force: 'disabled', why: 'everything is bypassed by hand' })
    expect((await evidence('cart', 'authorization')).locked[0]).toBe(
      'Everything is bypassed by hand; end that first.',
    )
  } finally {
    await control.bypass({ on: false, reason: 'trial is over' })
  }
})

test('taps that do less than the policy says are named, those that are silent are not', () => {
  const tap = (name: string, more: Partial<TapConfig>): TapConfig => ({
    ...{
      tap: name,
      service: 'cart',
      seen_at: '',
      reachable: true,
      revision: 'a.2',
      result: 'ack',
      active: 'a.2',
    },
    ...{ ignored: [], age_s: 0, bypassed: false },
    ...more,
  })
  const taps = [
    tap('well', { ignored: ['cart.retriesX', 'other.retries.hedge'] }),
    tap('old', { ignored: ['cart.retries.hedge'] }),
    tap('torn', { result: 'nack', error: 'percent: is above 100', active: 'a.1' }),
    tap('new', { result: 'nack', active: '' }),
    tap('off', { bypassed: true }),
    tap('silent', { bypassed: true, reachable: false }),
  ]
  expect(tapAdvice(taps, 'cart', 'retries')).toEqual([
    'Tap old does not know cart.retries.hedge, so it does not enforce the feature.',
    'Tap torn refused revision a.2 (percent: is above 100); it goes by a.1.',
    'Tap new refused revision a.2 (without a reason); it has none.',
    'Tap off is bypassed: it judges nothing.',
  ])
  const many = Array.from({ length: 8 }, (_, index) => tap(`t${index}`, { bypassed: true }))
  expect(tapAdvice(many, 'cart', 'retries').at(-1)).toBe('So it is with 3 more taps.')
})
