import { originOf, type ServicePolicy, settingsFor } from '../../model/policy.ts'

const SERVICE: ServicePolicy = {
  features: { retries: { mode: 'dry-run', attempts: 2 } },
  callers: new Map([
    ['batch', { retries: { attempts: 4 }, mtls: { mode: 'dry-run', policy: 'strict' } }],
    ['cron', { retries: { mode: 'disabled' } }],
  ]),
}

test("the caller's entry goes before the service's, and that before the catalogue", () => {
  expect(settingsFor(SERVICE, 'web', 'retries')).toMatchObject({ mode: 'dry-run', percent: 100, attempts: 2 })
  expect(settingsFor(SERVICE, 'batch', 'retries')).toMatchObject({
    mode: 'dry-run',
    attempts: 4,
    backoff: 25_000,
  })
  expect(settingsFor(SERVICE, 'cron', 'retries')).toMatchObject({ mode: 'disabled', attempts: 2 })
  expect(originOf(SERVICE, 'batch', 'retries', 'attempts')).toBe('caller')
  expect(originOf(SERVICE, 'web', 'retries', 'attempts')).toBe('service')
  expect(originOf(SERVICE, 'web', 'retries', 'backoff')).toBe('default')
})

test('what neither names does not hold, and a feature of one caller holds for that one', () => {
  expect(settingsFor(SERVICE, 'web', 'mtls')).toBeUndefined()
  expect(settingsFor(SERVICE, 'batch', 'mtls')).toMatchObject({ policy: 'strict' })
})
