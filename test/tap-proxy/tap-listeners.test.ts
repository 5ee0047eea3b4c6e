import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { assemble } from '../../tap-proxy/config/assemble.ts'
import { createEvents } from '../../tap-proxy/events.ts'
import { RelayCounters } from '../../tap-proxy/relay/counters.ts'
import { LineWriter } from '../../tap-proxy/sink/line-writer.ts'
import { TapListeners } from '../../tap-proxy/tap-listeners.ts'
import { call, startBackend } from '../e2e/support/calls.ts'
import { until } from './relay/rig.ts'

const any = { host: '127.0.0.1', port: 0 }

test('listeners come, stay and go by their address', async () => {
  const backend = await startBackend()
  const to = [{ host: '127.0.0.1', port: backend.port }]
  const seen: string[] = []
  const listeners = new TapListeners(
    new RelayCounters(),
    { call: (draft) => seen.push(draft.parties.source) },
    createEvents(new LineWriter(2)),
  )
  const settings = (outbound: boolean, callers: Record<string, string> = {}) =>
    assemble({
      service: 'a',
      inbound: [{ listen: any, to }],
      outbound: outbound ? [{ listen: any, service: 'b', to }] : [],
      callers,
      grace: 500,
    })
  expect(await listeners.apply(settings(false))).toEqual(['opened inbound a'])
  const [first] = listeners.describe()
  const port = Number(/127\.0\.0\.1:(\d+) ->/.exec(first!)![1])
  expect(first).toBe(`listening inbound a 127.0.0.1:${port} -> 127.0.0.1:${backend.port}`)
  expect(await listeners.apply(settings(true))).toEqual(['opened outbound b'])
  await call(port)
  expect(await listeners.apply(settings(false, { '127.0.0.0/8': 'web' }))).toEqual(['closed outbound b'])
  await call(port)
  expect(seen.at(-1)).toBe('web')
  expect(seen.at(0)).not.toBe('web')
  expect(listeners.describe()).toEqual([first])
  expect(listeners.notReady()).toBeUndefined()
  expect(await listeners.stop(500)).toBe(0)
  await backend.close()
})

test('while inbound calls end, the way out stays open', async () => {
  const other = await startBackend()
  const service = createServer((socket) => {
    socket.once('data', async () => {
      // The last call of the service calls out itself, after the tap was told to stop.
      await stopping
      const { status } = await call(outPort)
      socket.end(`HTTP/1.1 ${status} Done\r\nContent-Length: 0\r\n\r\n`)
    })
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  const counters = new RelayCounters()
  const listeners = new TapListeners(counters, { call: () => {} }, createEvents(new LineWriter(2)))
  const to = [{ host: '127.0.0.1', port: (service.address() as AddressInfo).port }]
  const out = [{ host: '127.0.0.1', port: other.port }]
  await listeners.apply(
    assemble({
      service: 'a',
      inbound: [{ listen: any, to }],
      outbound: [{ listen: any, service: 'b', to: out }],
    }),
  )
  const ports = listeners.describe().map((line) => Number(/127\.0\.0\.1:(\d+) ->/.exec(line)![1]))
  const [inPort, outPort] = [ports[0]!, ports[1]!]
  let go = (): void => {}
  const stopping = new Promise<void>((resolve) => {
    go = resolve
  })
  const answer = call(inPort)
  await until(() => counters.callsInFlight === 1, 'the call')
  const stopped = listeners.stop(5000)
  go()
  expect((await answer).status).toBe(200)
  expect(await stopped).toBe(0)
  service.close()
  await other.close()
})
