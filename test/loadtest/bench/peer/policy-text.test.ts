import { policyText, serviceOf, VARIANTS } from '../../../../loadtest/bench/peer/policy-text.ts'
import { PAIRS, pairPolicy } from '../../../../loadtest/bench/peer/tap-pair.ts'
import { readPolicyText } from '../../../../policy/policy-file.ts'

test('the policy is well, and each variant names every feature in its mode', () => {
  const { policy } = readPolicyText('policy.yaml', policyText())
  for (const mode of VARIANTS) {
    const { features } = policy.services.get(serviceOf(mode))!
    expect(Object.keys(features).sort()).toEqual([
      'authorization',
      'outlierDetection',
      'rateLimit',
      'retries',
      'timeouts',
    ])
    expect(new Set(Object.values(features).map((given) => given['mode']))).toEqual(new Set([mode]))
  }
})

test('of two pairs one is asked for mutual TLS', () => {
  const { services } = readPolicyText('policy.yaml', pairPolicy()).policy
  expect(services.get(PAIRS.mtls)?.features.mtls).toEqual({ mode: 'enforce', policy: 'strict' })
  expect(services.get(PAIRS.plaintext)?.features.mtls?.['mode']).toBe('disabled')
})
