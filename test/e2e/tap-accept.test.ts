import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, spawnTap, startTapProcess } from './support/tap-process.ts'

/** A tap whose descriptors or connections are spent, and one that would call itself. */

afterEach(endTaps)

/** Opens connections and keeps them. @returns those still open, and those the tap closed */
function crowd(port: number, count: number) {
  const open = new Set<Socket>()
  let closed = 0
  for (let index = 0; index < count; index++) {
    const socket = connect(port, '127.0.0.1')
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      closed++
    })
  }
  return { open, closed: () => closed }
}

const refusals = (stderr: string) => stderr.split('\n').filter((line) => line.includes('are refused'))

test('descriptors run out: said once, counted, and connections are taken again when some are free', async () => {
  const backend = await startBackend()
  const few = ['sh', '-c', 'ulimit -n 96; exec "$@"', 'sh']
  const words = ['--service', 'orders', '--listen', '0', '--to', backend.address, '--admin-port', '0']
  const tap = await startTapProcess(words, {}, undefined, few)
  const port = tap.port('inbound orders')
  const { open, closed } = crowd(port, 300)
  await until('most to be refused', () => closed() > 200 && refusals(tap.stderr()).length > 0)
  // Whoever looks after the tap must not take it for dead.
  expect((await fetch(`${tap.admin()}/healthz`)).status).toBe(200)
  expect(refusals(tap.stderr())).toEqual([
    expect.stringMatching(
      /error connections to 127\.0\.0\.1:\d+ are refused: .*ulimit -n.*\(EMFILE, TAPMESH_LIMIT_REACHED\)$/,
    ),
  ])
  expect(await tap.metric(/^tapmesh_accept_failures_total\{reason="EMFILE"\}/)).toBe(closed())
  for (const socket of open) socket.destroy()
  await until('a call to be served again', async () => (await call(port)).body === 'hello')
  expect(await tap.stop()).toBe(0)
  await backend.close()
})

test('more connections than limits.connections where calls are terminated: said once and counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tap-accept-'))
  const file = join(folder, 'tap.yaml')
  await writeFile(file, 'service: orders\nforwardProxy: [{ listen: 0 }]\nlimits: { connections: 5 }\n')
  const tap = await startTapProcess(['--config', file, '--admin-port', '0'])
  const { open, closed } = crowd(tap.port('forward-proxy any'), 12)
  await until('the seven past the limit', () => closed() === 7 && refusals(tap.stderr()).length > 0)
  expect(refusals(tap.stderr())).toEqual([expect.stringMatching(/limits\.connections allows/)])
  expect(await tap.metric(/^tapmesh_accept_failures_total\{reason="connections_max"\}/)).toBe(7)
  for (const socket of open) socket.destroy()
  await tap.stop()
  await rm(folder, { recursive: true })
})

test('a tap that points at itself ends before a port opens, with the line of its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tap-loop-'))
  const file = join(folder, 'tap.yaml')
  await writeFile(file, 'service: orders\ninbound:\n  - listen: 0.0.0.0:18080\n    to: localhost:18080\n')
  const fromFile = spawnTap(['--config', file])
  const fromFlags = spawnTap(['--service', 'a', '--listen', '18080', '--to', '127.0.0.1:18080'])
  expect([await fromFile.exited, await fromFlags.exited]).toEqual([64, 64])
  expect(fromFile.stderr()).toMatch(/tap\.yaml:4:5: .*own listener \(inbound 1\).*\(TAPMESH_CONFIG_INVALID\)/)
  expect(fromFlags.stderr()).toMatch(/own listener \(inbound 1\).*\(TAPMESH_USAGE\)/)
  expect(fromFile.stdout() + fromFlags.stdout()).toBe('')
  await rm(folder, { recursive: true })
})
