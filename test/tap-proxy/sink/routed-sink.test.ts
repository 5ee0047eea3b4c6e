import { CallFan } from '../../../tap-proxy/sink/routed-sink.ts'
import { draftOf, PARTIES } from '../support/draft.ts'

describe('CallFan', () => {
  test('hands every sink the call with its route', () => {
    const seen: string[] = []
    const sink = { call: (_: unknown, route: { text: string }) => seen.push(route.text) }
    const fan = new CallFan(10, [sink, sink], () => {})
    fan.call(draftOf({ path: '/orders/1' }))
    expect(seen).toEqual(['/orders/{id}', '/orders/{id}'])
    expect(fan.routes).toBe(1)
  })

  test('a route that the protocol gives is the route of the call', () => {
    const seen: string[] = []
    const fan = new CallFan(10, [{ call: (_, route) => seen.push(route.text) }], () => {})
    fan.call(draftOf({ path: '/orders/1', route: { text: 'orders', bytes: Buffer.from('orders') } }))
    expect([seen, fan.routes]).toEqual([['orders'], 0])
  })

  test('tables are kept per service, and services past the cap share __other__', () => {
    const seen: string[] = []
    const fan = new CallFan(10, [{ call: (_, route) => seen.push(route.text) }], () => {})
    for (let count = 0; count < 200; count++) {
      fan.call(draftOf({ path: '/a', parties: { ...PARTIES, destination: `s${count}` } }))
    }
    expect(seen.filter((text) => text === '/a')).toHaveLength(128)
    expect(seen.at(-1)).toBe('__other__')
  })

  test('other sinks take over at the next call', () => {
    const seen: string[] = []
    const named = (name: string) => ({ call: () => seen.push(name) })
    const fan = new CallFan(10, [named('old')], () => {})
    fan.call(draftOf())
    fan.use([named('new')])
    fan.call(draftOf())
    expect(seen).toEqual(['old', 'new'])
  })

  test('a sink that throws is told of and does not throw', () => {
    const faults: unknown[] = []
    const fan = new CallFan(
      10,
      [
        {
          call: () => {
            throw new Error('boom')
          },
        },
      ],
      (error) => faults.push(error),
    )
    fan.call(draftOf())
    expect(faults).toHaveLength(1)
  })
})
