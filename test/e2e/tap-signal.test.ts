import { until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

afterEach(endTaps)

test('a first signal waits for calls, a second one does not', async () => {
  const backend = await startBackend(() => {})
  const words = [
    '--service',
    'a',
    '--listen',
    '0',
    '--to',
    backend.address,
    '--admin-port',
    '0',
    '--grace',
    '10m',
  ]
  const tap = await startTapProcess(words)
  const answer = call(tap.port('inbound a'))
  await until('the call in flight', async () => (await tap.metric(/^tapmesh_requests_in_flight/)) === 1)
  let ended = false
  void tap.exited.then(() => {
    ended = true
  })
  tap.child.kill('SIGINT')
  await until('the announcement', () => tap.stderr().includes('stopping'))
  expect((await fetch(`${tap.admin()}/readyz`)).status).toBe(503)
  expect(ended).toBe(false)
  await until('the end', () => {
    if (!ended) tap.child.kill('SIGINT')
    return ended
  })
  expect(await tap.exited).toBe(1)
  expect((await answer).status).toBe(0)
  await backend.close()
})
