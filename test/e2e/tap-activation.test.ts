import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { addressOf, type BoundSocket, bindSocket } from '../../net/handle-pipe.ts'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { builtTap } from './support/built-tap.ts'
import { call, startBackend } from './support/calls.ts'

/** Sockets as systemd hands them over (sd_listen_fds(3)): from descriptor 3 on, for one process id. */

const children: ChildProcess[] = []
let socket: BoundSocket
let port: number
beforeEach(async () => {
  socket = await bindSocket({ host: '127.0.0.1', port: 0 })
  port = addressOf(socket)!.port
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  socket.close()
})

async function activate(name: string, words: readonly string[]) {
  const script = 'LISTEN_PID=$$ exec "$@"'
  const child = spawn('/bin/sh', ['-c', script, 'sh', process.execPath, await builtTap(), ...words], {
    stdio: ['ignore', 'pipe', 'pipe', socket.fd],
    env: { LISTEN_FDS: '1', LISTEN_FDNAMES: name },
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (part: Buffer) => {
      text += part
    })
  }
  return { ended: once(child, 'exit').then(([code]) => code as number), said: () => text, child }
}

test.each([
  ['by its name, whatever address it asks for', 'orders', '1'],
  ['by its address', 'tapmesh-tap@orders.socket', undefined],
])('a listener takes the socket %s', async (_, name, listen) => {
  const backend = await startBackend()
  const words = ['--service', 'orders', '--listen', listen ?? String(port), '--to', backend.address]
  const tap = await activate(name, [...words, '--admin-port', '0'])
  await until('the tap to be ready', () => tap.said().includes('listening admin'))
  expect(tap.said()).toContain(`listening inbound orders 127.0.0.1:${port}`)
  expect((await call(port)).body).toBe('hello')
  tap.child.kill('SIGTERM')
  expect(await tap.ended).toBe(0)
  await backend.close()
})

test('a socket that no listener takes is refused: its callers would wait for ever', async () => {
  const tap = await activate('other', [
    '--service',
    'orders',
    '--listen',
    '0',
    '--to',
    '127.0.0.1:1',
    '--admin-port',
    '0',
  ])
  expect(await tap.ended).toBe(64)
  expect(tap.said()).toMatch(
    /no listener takes the socket other on 127\.0\.0\.1:\d+ \(TAPMESH_SOCKET_UNUSED\)/,
  )
})
