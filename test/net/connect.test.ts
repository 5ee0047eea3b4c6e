import { ConnectInTurn, type Open } from '../../net/connect.ts'
import { type Endpoint, endpointAt } from '../../net/endpoint.ts'
import type { Pipe } from '../../net/pipe.ts'
import { TimerWheel } from '../../net/timer-wheel.ts'

type Connected = Parameters<Open>[1]

/** Connections that the test makes or fails. */
function connecting(...hosts: string[]) {
  const wheel = new TimerWheel()
  const attempts = new Map<string, { pipe: Pipe & { closed: boolean }; connected: Connected }>()
  const log: string[] = []
  const open: Open = ({ host }, connected) => {
    const pipe = { closed: false } as Pipe & { closed: boolean }
    pipe.close = () => {
      pipe.closed = true
    }
    attempts.set(host, { pipe, connected })
    log.push(`try ${host}`)
    return pipe
  }
  const turn = new ConnectInTurn(
    hosts.map((host): Endpoint => endpointAt(host, 80)),
    open,
    wheel,
    {
      connected: (_pipe, { host }) => log.push(`connected ${host}`),
      attemptFailed: ({ host }, code) => log.push(`${host} ${code}`),
      failed: ({ host }, code) => log.push(`failed ${host} ${code}`),
    },
  )
  const end = (host: string, code = ''): void => {
    const { pipe, connected } = attempts.get(host)!
    connected(code === '' ? pipe : undefined, code)
  }
  return { wheel, log, turn, end, isClosed: (host: string) => attempts.get(host)!.pipe.closed }
}

test('the next address is tried when one fails, the last failure is the outcome', () => {
  const { log, end } = connecting('a', 'b')
  end('a', 'ECONNREFUSED')
  end('b', 'EHOSTUNREACH')
  expect(log).toEqual(['try a', 'a ECONNREFUSED', 'try b', 'b EHOSTUNREACH', 'failed b EHOSTUNREACH'])
})

test('beside an address that does not answer the next one is tried; the first to connect wins', () => {
  const { log, end, wheel, isClosed } = connecting('a', 'b', 'c')
  wheel.advance(500)
  end('b')
  expect(log).toEqual(['try a', 'try b', 'connected b'])
  expect(isClosed('a')).toBe(true)
  end('a')
  wheel.advance(5000)
  expect(log).toHaveLength(3)
})

test('a failure while another attempt is under way waits for that one', () => {
  const { log, end, wheel } = connecting('a', 'b')
  wheel.advance(500)
  end('b', 'ECONNREFUSED')
  expect(log).not.toContain('failed b ECONNREFUSED')
  end('a')
  expect(log.at(-1)).toBe('connected a')
})

test('giving up closes every attempt', () => {
  const { log, end, turn, isClosed } = connecting('a', 'b')
  turn.cancel()
  expect(isClosed('a')).toBe(true)
  end('a', 'ECONNRESET')
  expect(log).toEqual(['try a'])
})
