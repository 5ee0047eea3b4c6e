import { endpointAt } from '../../../net/endpoint.ts'
import { TimerWheel } from '../../../net/timer-wheel.ts'
import { RelayCounters } from '../../../tap-proxy/relay/counters.ts'
import { Upstream, type UpstreamUser } from '../../../tap-proxy/terminate/upstream.ts'
import { startBackend, until } from '../relay/rig.ts'

function user(log: string[]): UpstreamUser {
  return {
    onUpstreamReady: () => log.push('ready'),
    onConnectFailed: (code) => log.push(`failed ${code}`),
    onAnswer(area, length) {
      log.push(area.bytes.toString('latin1', area.room, area.room + length))
      return undefined
    },
    onAnswerEnd: () => log.push('end'),
    onAnswerBroken: (code) => log.push(`broken ${code}`),
    onUpstreamDrain: () => log.push('drain'),
    onUpstreamTakesNoMore: () => log.push('takes no more'),
    onUpstreamFault: () => log.push('fault'),
  }
}

function context() {
  return {
    transport: 'handle' as const,
    counters: new RelayCounters(),
    wheel: new TimerWheel(),
    secureTo: undefined,
  }
}

test('tells its user of the connection, the answer and its end', async () => {
  const backend = await startBackend(({ socket }) => socket.end('answer'))
  const log: string[] = []
  const shared = context()
  const upstream = new Upstream(endpointAt('127.0.0.1', backend.port), shared, {
    forget: () => {},
  })
  upstream.connect(user(log), 1000)
  await until(() => log.length > 0, 'the connection')
  upstream.pipe!.write(Buffer.from('question'))
  await until(() => log.includes('end'), 'the end')
  expect(log).toEqual(['ready', 'answer', 'end'])
  upstream.close()
  expect(shared.counters).toMatchObject({ upstreamConnections: 0, upstreamConnects: 1 })
  backend.close()
})

test('gives up connecting after connect_ms', () => {
  const log: string[] = []
  const shared = context()
  const forgotten: Upstream[] = []
  const home = { forget: (one: Upstream) => void forgotten.push(one) }
  // Time passes before the system can say anything.
  const upstream = new Upstream(endpointAt('127.0.0.1', 9), shared, home)
  upstream.connect(user(log), 1000)
  shared.wheel.advance(2000)
  expect(log).toEqual(['failed ETIMEDOUT'])
  expect(forgotten).toEqual([upstream])
  expect(shared.counters).toMatchObject({ upstreamConnections: 0, upstreamConnectFailures: 1 })
})
