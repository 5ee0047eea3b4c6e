import { closeSync, openSync } from 'node:fs'
import { bindSocket } from '../../../net/handle-pipe.ts'
import { givenSockets, refuseUnused, SOCKETS } from '../../../tap-proxy/process/given-sockets.ts'

test('nothing is given without the variables, or when they are meant for another process', () => {
  expect(givenSockets({})).toEqual([])
  expect(givenSockets({ LISTEN_PID: String(process.pid + 1), LISTEN_FDS: '2' })).toEqual([])
})

test('a descriptor that is no socket is refused', () => {
  const fd = openSync('/dev/null', 'r')
  const text = JSON.stringify([{ asked: '127.0.0.1:80', name: 'orders', fd }])
  expect(() => givenSockets({ [SOCKETS]: text })).toThrow(
    /descriptor \d+ \(orders\) is not a listening socket/,
  )
  closeSync(fd)
})

test('what a predecessor gave may be left over, what systemd gave may not', async () => {
  const source = await bindSocket({ host: '127.0.0.1', port: 0 })
  const given = { asked: '127.0.0.1:80', name: 'orders', source }
  refuseUnused([given])
  expect(() => refuseUnused([{ ...given, anyAddress: true }])).toThrow(/no listener takes the socket orders/)
  source.close()
})
