import { assemble } from '../../tap-proxy/config/assemble.ts'
import { createEvents } from '../../tap-proxy/events.ts'
import { LineWriter } from '../../tap-proxy/sink/line-writer.ts'
import { TapSinks } from '../../tap-proxy/tap-sinks.ts'
import { draftOf } from './support/draft.ts'
import { stubCollector, until } from './support/stub-collector.ts'

const settingsTo = (url?: string) =>
  assemble({
    service: 'orders',
    collector: url === undefined ? undefined : { url, token: 't', flush: 5 },
    grace: 1000,
  })

test('a reload moves to another collector: the old one gets what waits, the new one a new boot id', async () => {
  const [old, next] = [await stubCollector(), await stubCollector()]
  const sinks = new TapSinks(settingsTo(old.url), createEvents(new LineWriter(2)))
  sinks.fan.call(draftOf())
  expect(sinks.apply(settingsTo(old.url))).toEqual([])
  expect(sinks.apply(settingsTo(next.url))).toEqual(['collector'])
  sinks.fan.call(draftOf())
  await until('both rows', () => old.records().length === 1 && next.records().length === 1)
  expect(old.seen[0]!.headers['x-tapmesh-boot']).not.toBe(next.seen[0]!.headers['x-tapmesh-boot'])
  expect(sinks.apply(settingsTo())).toEqual(['collector'])
  expect(sinks.shipper).toBeUndefined()
  sinks.fan.call(draftOf())
  expect([...sinks.counters.all()][0]!.duration_us).toBe(3 * 1234)
  await sinks.stop(1000)
  await old.close()
  await next.close()
})
