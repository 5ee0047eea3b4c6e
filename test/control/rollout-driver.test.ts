import { type RolloutChange, RolloutDriver } from '../../control/rollout-driver.ts'
import type { CallRecord } from '../../model/call.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../support/mesh.ts'
import { policyOf } from '../support/policy.ts'

/** Rollouts over the real store, with calls made here and a clock that is wound by hand. */
let store: Awaited<ReturnType<typeof openTestStore>>

beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.remove())

const HOUR = 3600 * SECOND

function rig(services: string, faults: unknown[] = []) {
  const now = { us: NOW }
  const told: RolloutChange[] = []
  const fails = { next: 0 }
  const listeners = new Set<() => void>()
  const control = {
    revision: 'aa.1',
    onChange: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    document: policyOf(services),
    get file() {
      return { policy: this.document }
    },
    steered: async (change: RolloutChange) => {
      if (fails.next-- > 0) throw new Error('the store is away')
      told.push(change)
    },
  }
  const open = async () => {
    const driver = new RolloutDriver({ store, now: () => now.us, onFault: (fault) => faults.push(fault) })
    await driver.open()
    driver.start(control)
    await driver.close()
    return driver
  }
  return { now, told, control, open, fails, listeners }
}

const asked = { caller: '', mode: 'enforce', percent: 100, percent_given: false } as const

/** Calls of both cohorts, spread over the ten seconds before a moment. */
async function calls(
  service: string,
  at_us: number,
  count: number,
  treated: Partial<CallRecord>,
): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) =>
    (['treated', 'control'] as const).map((cohort) => ({
      ts: at_us - 10 * SECOND + Math.floor((index * 10 * SECOND) / count),
      reporter: 'client' as const,
      destination: service,
      duration_us: 20_000,
      verdicts: [`timeouts=pass;cohort=${cohort}`],
      ...(cohort === 'treated' ? treated : {}),
    })),
  )
  await insertCalls(store, rows.flat())
}

const ROLLOUT = 'rollout: { steps: [5, 50, 100], hold: 1h, guards: { errorRateDelta: 1%, p99Ratio: 2 } }'
const stepwise = (service: string) =>
  `  ${service}: { timeouts: { mode: enforce, request: 100ms }, ${ROLLOUT} }\n`

test('a harmful timeout goes back to dry-run within 30 s, stays there over a restart, until re-armed', async () => {
  const { now, told, open } = rig(stepwise('harmed'))
  const driver = await open()
  expect(driver.inForce('harmed', 'timeouts', asked)).toMatchObject({ mode: 'enforce', percent: 5 })
  const began = now.us
  for (let look = 1; told.length === 0 && look < 10; look++) {
    now.us = began + look * 10 * SECOND
    await calls('harmed', now.us, 200, { outcome: 'timeout', status: '504' })
    await driver.look()
  }
  expect(now.us - began).toBeLessThanOrEqual(30 * SECOND)
  expect(told).toMatchObject([
    {
      ...{ service: 'harmed', feature: 'timeouts', action: 'rollback' },
      ...{ before: 'mode: enforce, percent: 5', after: 'mode: dry-run, percent: 5' },
      reason: expect.stringMatching(
        /^100\.0 % of \d+ treated calls failed, 0\.00 % of \d+ in the control cohort/,
      ),
    },
  ])
  const again = await open()
  for (const each of [driver, again]) {
    expect(each.inForce('harmed', 'timeouts', asked)).toMatchObject({
      mode: 'dry-run',
      why: expect.stringContaining('put back to dry-run at 2026-09-21 14:13 UTC: 100.0 %'),
    })
    expect(each.view('harmed', 'timeouts')?.latched?.reason).toBe(told[0]!.reason)
  }
  await again.look()
  expect(told).toHaveLength(1)
  expect(await again.rearm('harmed', 'timeouts')).toBe(true)
  expect(await again.rearm('harmed', 'timeouts')).toBe(false)
  expect(again.inForce('harmed', 'timeouts', asked)).toMatchObject({ mode: 'enforce', percent: 5 })
})

test('steps follow their hold, survive a restart, and end at all calls', async () => {
  const { now, told, open } = rig(stepwise('stepwise'))
  let driver = await open()
  for (const hour of [1, 2, 3]) {
    now.us = NOW + hour * HOUR + hour * SECOND
    await calls('stepwise', now.us, 400, {})
    await driver.look()
    driver = await open()
  }
  expect(told.map(({ before, after }) => `${before} > ${after}`)).toEqual([
    'mode: enforce, percent: 5 > mode: enforce, percent: 50',
    'mode: enforce, percent: 50 > mode: enforce, percent: 100',
  ])
  expect(told[0]!.reason).toBe(
    'guards held at 5 %: 0 of 400 calls failed where treated, 0 of 400 calls failed in the control cohort',
  )
  expect(driver.inForce('stepwise', 'timeouts', asked)).toEqual({ mode: 'enforce', percent: 100, why: null })
  expect(driver.view('stepwise', 'timeouts')).toMatchObject({ at_step: 2, next_us: null, latched: null })
})

test('without data nothing moves, and the view says what is missing', async () => {
  const { now, told, open } = rig(stepwise('silent'))
  const driver = await open()
  now.us = NOW + 9 * HOUR
  await driver.look()
  await driver.look()
  expect(told).toEqual([])
  expect(driver.view('silent', 'timeouts')).toMatchObject({
    at_step: 0,
    next_us: NOW + HOUR,
    held: 'no calls of either cohort in the last 30 s',
  })
})

test('few calls neither, and the view says how many are needed', async () => {
  const { now, told, open } = rig(stepwise('few'))
  const driver = await open()
  now.us = NOW + 2 * HOUR
  await calls('few', now.us, 40, { outcome: 'timeout' })
  await driver.look()
  await driver.look()
  expect(told).toEqual([])
  expect(driver.view('few', 'timeouts')?.held).toMatch(/^too few calls: 40 treated and 40 .* 300 of each/)
})

test('at all calls harm is seen against the control cohort of the step before', async () => {
  const { now, told, open } = rig(stepwise('late'))
  const driver = await open()
  for (const hour of [1, 2]) {
    now.us = NOW + hour * HOUR + SECOND * hour
    await calls('late', now.us, 400, {})
    await driver.look()
  }
  expect(driver.inForce('late', 'timeouts', asked).percent).toBe(100)
  for (let look = 0; look < 2; look++) {
    now.us += 10 * SECOND
    await calls('late', now.us, 400, { outcome: 'timeout', verdicts: [] })
    await driver.look()
  }
  expect(told.at(-1)).toMatchObject({
    action: 'rollback',
    reason: expect.stringContaining('of the step before'),
  })
})

test('a percentage set by hand is guarded and never raised; all calls at once cannot be', async () => {
  const services =
    '  fixed: { timeouts: { mode: enforce, percent: 20, request: 1s } }\n  whole: { timeouts: { mode: enforce, request: 1s } }\n'
  const { now, told, open } = rig(services)
  const driver = await open()
  expect(driver.inForce('fixed', 'timeouts', { ...asked, percent: 20, percent_given: true })).toEqual({
    mode: 'enforce',
    percent: 20,
    why: null,
  })
  expect(driver.view('whole', 'timeouts')).toBeUndefined()
  for (let look = 0; look < 3; look++) {
    now.us += 10 * SECOND
    for (const service of ['fixed', 'whole']) await calls(service, now.us, 300, { duration_us: 900_000 })
    await driver.look()
  }
  expect(told).toMatchObject([
    { service: 'fixed', action: 'rollback', reason: expect.stringContaining('p99Ratio') },
  ])
})

test('other settings begin anew, dry-run in between too; who has a percentage of its own keeps it', async () => {
  const { now, control, open } = rig(stepwise('changed'))
  const driver = await open()
  now.us += HOUR + SECOND
  await calls('changed', now.us, 400, {})
  await driver.look()
  const reached = () => driver.inForce('changed', 'timeouts', asked).percent
  expect(reached()).toBe(50)
  expect(
    driver.inForce('changed', 'timeouts', { ...asked, caller: 'batch', percent: 70, percent_given: true })
      .percent,
  ).toBe(70)
  expect(driver.inForce('changed', 'timeouts', { ...asked, caller: 'batch' }).percent).toBe(50)
  expect(driver.inForce('changed', 'timeouts', { ...asked, mode: 'dry-run' }).mode).toBe('dry-run')
  const before = control.document
  control.document = policyOf(stepwise('changed').replace('100ms', '200ms'))
  expect(reached()).toBe(5)
  control.document = before
  expect(reached()).toBe(50)
  control.document = policyOf(stepwise('changed').replace('enforce', 'dry-run'))
  await driver.look()
  control.document = before
  expect(reached()).toBe(5)
})

test('who turns a percentage up and down does not get past the guards', async () => {
  const services = (percent: number) =>
    `  flapping: { timeouts: { mode: enforce, percent: ${percent}, request: 1s } }\n`
  const { now, told, control, open } = rig(services(5))
  const driver = await open()
  for (const percent of [80, 5]) {
    control.document = policyOf(services(percent))
    now.us += 10 * SECOND
    await calls('flapping', now.us, 200, { outcome: 'timeout' })
    await driver.look()
  }
  expect(told).toMatchObject([{ action: 'rollback', before: 'mode: enforce, percent: 5' }])
})

test('the harm of earlier settings is not held against the new ones', async () => {
  const { now, told, control, open } = rig(stepwise('mended'))
  const driver = await open()
  now.us += 5 * SECOND
  await calls('mended', now.us, 300, { outcome: 'timeout', config_version: 'aa.1' })
  await driver.look()
  control.document = policyOf(stepwise('mended').replace('100ms', '900ms'))
  control.revision = 'aa.2'
  // Still in the ten seconds in which the old ones did their harm.
  now.us += SECOND
  await driver.look()
  for (let look = 0; look < 3; look++) {
    now.us += 10 * SECOND
    await calls('mended', now.us, 300, { config_version: 'aa.2' })
    await driver.look()
  }
  expect(told).toEqual([])
})

test('two collectors of one store follow each other, also after a re-arm', async () => {
  const { now, told, open } = rig(stepwise('twice'))
  const [one, other] = [await open(), await open()]
  for (let look = 0; look < 2; look++) {
    now.us += 10 * SECOND
    await calls('twice', now.us, 200, { outcome: 'timeout' })
    await one.look()
  }
  await other.look()
  expect(told).toHaveLength(1)
  const modes = () => [one, other].map((driver) => driver.inForce('twice', 'timeouts', asked).mode)
  expect(modes()).toEqual(['dry-run', 'dry-run'])
  await one.rearm('twice', 'timeouts')
  await other.look()
  expect(modes()).toEqual(['enforce', 'enforce'])
})

test('mutual TLS is never split, so that nothing is rolled out or guarded', async () => {
  const { open } = rig(
    stepwise('secure').replace('request: 100ms', 'request: 100ms }, mtls: { mode: enforce, policy: strict'),
  )
  const driver = await open()
  expect(driver.inForce('secure', 'mtls', asked)).toEqual({ mode: 'enforce', percent: 100, why: null })
  expect(driver.view('secure', 'mtls')).toBeUndefined()
})

test('a change of the policy is looked at without waiting', async () => {
  const { now, control, listeners } = rig('  other: { mtls: { mode: dry-run, policy: strict } }\n')
  const driver = new RolloutDriver({ store, now: () => now.us, onFault: () => {} })
  await driver.open()
  driver.start(control)
  const [listener] = listeners
  // Ends the look at the start; the listener is called by hand.
  await driver.close()
  expect(listeners.size).toBe(0)
  control.document = policyOf(stepwise('prompt'))
  expect(driver.view('prompt', 'timeouts')).toMatchObject({ at_step: -1 })
  listener!()
  await driver.close()
  expect(driver.view('prompt', 'timeouts')).toMatchObject({ at_step: 0, since_us: NOW })
})

test('what Control could not be told of is told at the next look', async () => {
  const { now, told, open, fails } = rig(stepwise('untold'))
  const driver = await open()
  now.us += HOUR + SECOND
  await calls('untold', now.us, 400, {})
  fails.next = 1
  await expect(driver.look()).rejects.toThrow('away')
  await driver.look()
  await driver.look()
  expect(told.map(({ action }) => action)).toEqual(['advance'])
})
