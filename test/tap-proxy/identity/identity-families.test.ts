import { identityFamilies } from '../../../tap-proxy/identity/identity-families.ts'
import { SecureCounters } from '../../../tap-proxy/identity/secure-counters.ts'
import { identityOf, makeTestAuthority } from '../../support/identity/certificates.ts'

test('nothing without an identity; with one what connections turned out to be, and when it ends', async () => {
  expect(identityFamilies({}).flatMap(({ samples }) => samples())).toEqual([])
  const counters = new SecureCounters()
  counters.mtls = 7
  counters.faults.expired = 2
  const current = await identityOf(await makeTestAuthority('root'))
  const families = identityFamilies({ identity: () => ({ current, counters }) })
  const samples = Object.fromEntries(families.map(({ name, samples }) => [name, samples()]))
  expect(samples['tapmesh_secure_connections_total']).toContainEqual({ labels: { result: 'mtls' }, value: 7 })
  expect(samples['tapmesh_peer_faults_total']).toContainEqual({ labels: { fault: 'expired' }, value: 2 })
  expect(samples['tapmesh_identity_info']).toEqual([{ labels: { id: current.id }, value: 1 }])
  expect(samples['tapmesh_identity_end_seconds']![0]!.value).toBeGreaterThan(Date.now() / 1000)
})
