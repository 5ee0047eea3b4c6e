import { once } from 'node:events'
import { LEAVE_MS } from '../../../tap-proxy/identity/proven-connections.ts'
import { identityOf, idOf, makeTestAuthority } from '../../support/identity/certificates.ts'
import { connectAs, echo, openSecurePort, textOf } from '../../support/identity/secure-pair.ts'
import { until } from '../relay/rig.ts'

test('a CA that leaves the bundle takes its open connections with it, and no others', async () => {
  const [old, next] = [await makeTestAuthority('old'), await makeTestAuthority('next')]
  const both = old.certificate + next.certificate
  const orders = await identityOf(next, {}, { bundle: both })
  const port = await openSecurePort(orders, { onTaken: echo })
  const between = await makeTestAuthority('between', old)
  const clients = [
    await identityOf(between, { ids: [idOf('web')] }, { chain: between.certificate, bundle: both }),
    await identityOf(next, { ids: [idOf('cart')] }, { bundle: both }),
  ]
  const [web, cart] = await Promise.all(
    clients.map(async (identity) => {
      const result = await connectAs(identity, port.port)
      if ('error' in result) throw result.error
      return result.connection.socket
    }),
  )
  await until(() => port.decided.length === 2)
  port.source.set({ ...orders, bundle: both })
  expect(port.counters.ended).toBe(0)
  const gone = once(web!.resume(), 'end')
  port.source.set({ ...orders, bundle: next.certificate })
  await gone
  expect(port.counters.ended).toBe(1)
  cart!.end('still in')
  expect(await textOf(cart!)).toBe('still in')
  port.close()
})

test('expiry is noticed on open connections: drained at first, cut once calls have had their time', async () => {
  const ca = await makeTestAuthority('root')
  let now = Date.now()
  const said: string[] = []
  const port = await openSecurePort(await identityOf(ca), {
    onTaken: echo,
    now: () => now,
    ending: { drain: () => said.push('drain'), cut: () => said.push('cut') },
  })
  const result = await connectAs(await identityOf(ca, { ids: [idOf('web')] }), port.port)
  if ('error' in result) throw result.error
  await until(() => port.decided.length === 1)
  port.accept.sweep()
  expect(said).toEqual([])
  now += 2 * 3_600_000
  port.accept.sweep()
  now += LEAVE_MS - 1
  port.accept.sweep()
  expect(said).toEqual(['drain', 'drain'])
  now += 1
  port.accept.sweep()
  expect(said).toEqual(['drain', 'drain', 'cut'])
  expect(port.counters.ended).toBe(1)
  result.connection.reset()
  port.close()
})
