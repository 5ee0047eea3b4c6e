import { until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

/** A tap whose event loop stands still is ended, with a line that says so. */

afterEach(endTaps)

/** Given to Node from outside: the tap itself has no way to be hung. */
const HANGS_ON_SIGNAL = `--import "data:text/javascript,process.on('SIGWINCH',()=>{for(;;);})"`

const words = (address: string) => [
  '--service',
  'orders',
  '--listen',
  '0',
  '--to',
  address,
  '--admin-port',
  '0',
]

test('a loop that stands still ends the process within the bound', async () => {
  const backend = await startBackend()
  const tap = await startTapProcess([...words(backend.address), '--watchdog', '1s'], {
    NODE_OPTIONS: HANGS_ON_SIGNAL,
  })
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  tap.child.kill('SIGWINCH')
  expect(await tap.exited).toBe('SIGKILL')
  expect(tap.stderr()).toMatch(
    new RegExp(
      `^\\S+Z error the event loop of tap orders@\\S+ stood still for 1 s: process ${tap.child.pid} is ended \\(TAPMESH_LOOP_STALLED\\)$`,
      'm',
    ),
  )
  await backend.close()
})

test('a tap that works, or that a person has stopped, is left alone, and its watchdog ends with it', async () => {
  const backend = await startBackend()
  const tap = await startTapProcess([...words(backend.address), '--watchdog', '1s'])
  tap.child.kill('SIGSTOP')
  // Longer than the bound: the one thing to wait for here is that nothing happens.
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  tap.child.kill('SIGCONT')
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  tap.child.kill('SIGTERM')
  expect(await tap.exited).toBe(0)
  expect(tap.stderr()).not.toMatch(/STALLED/)
  await backend.close()
})

test('0 is no watchdog, a fraction of a second is refused', async () => {
  const tap = await startTapProcess([...words('127.0.0.1:1'), '--watchdog', '0'])
  await until('the tap to be ready', () => tap.stdout().includes('listening admin'))
  await tap.stop()
  await expect(startTapProcess([...words('127.0.0.1:1'), '--watchdog', '200ms'])).rejects.toThrow(
    /at least 1s/,
  )
})
