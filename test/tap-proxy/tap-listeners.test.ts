import { assemble } from '../../tap-proxy/config/assemble.ts'
import { createEvents } from '../../tap-proxy/events.ts'
import { RelayCounters } from '../../tap-proxy/relay/counters.ts'
import { LineWriter } from '../../tap-proxy/sink/line-writer.ts'
import { TapListeners } from '../../tap-proxy/tap-listeners.ts'
import { call, startBackend } from '../e2e/support/calls.ts'

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
