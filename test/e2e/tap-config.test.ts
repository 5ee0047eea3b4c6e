import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtTap } from './support/built-tap.ts'
import { endTaps, spawnTap, startTapProcess } from './support/tap-process.ts'

let folder: string
let program: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-config-'))
  program = await builtTap()
})
afterEach(endTaps)
afterAll(() => rm(folder, { recursive: true }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const connects = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

describe('a bad configuration', () => {
  test('is told with file, line and key, exits 64, and no port was opened', async () => {
    const port = await freePort()
    const file = join(folder, 'bad.yaml')
    await writeFile(
      file,
      `service: orders\ninbound:\n  - listen: ${port}\n    to: 127.0.0.1:1\n    untoched: true\ngrace: soon\n`,
    )
    const tap = spawnTap(['--config', file], {}, program)
    expect(await tap.exited).toBe(64)
    expect(tap.stderr()).toContain(`${file}:5:5: unknown key inbound[0].untoched (TAPMESH_CONFIG_INVALID)`)
    expect(tap.stderr()).toContain('Did you mean untouched?')
    expect(tap.stderr()).toContain(`${file}:6:1: grace: "soon" is not a duration`)
    expect(tap.stdout()).toBe('')
    expect(await connects(port)).toBe(false)
  })

  test.each([
    [['--config', '/nonexistent/tap.yaml'], /TAPMESH_CONFIG_UNREADABLE/],
    [['--servcie', 'a'], /did you mean --service.*TAPMESH_USAGE/],
    [[], /service has no name[\s\S]*nothing to listen on/],
    [
      ['--service', 'a', '--listen', '0', '--to', '127.0.0.1:1', '--admin-host', '0.0.0.0'],
      /admin port would be open/,
    ],
    [['--service', 'a', '--listen', '192.0.2.1:0', '--to', '127.0.0.1:1'], /TAPMESH_ADDRESS_INVALID/],
  ])('%j', async (words, wanted) => {
    const tap = spawnTap(words, {}, program)
    expect(await tap.exited).toBe(64)
    expect(tap.stderr()).toMatch(wanted)
    expect(tap.stderr()).not.toMatch(/\bat .*\.ts:\d+/)
  })
})

test('a port in use exits 69 with a hint, and the other listeners are closed again', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const tap = spawnTap([
    '--service',
    'a',
    '--listen',
    '0',
    '--to',
    '127.0.0.1:1',
    '--forward-proxy',
    String(port),
  ])
  expect(await tap.exited).toBe(69)
  expect(tap.stderr()).toMatch(/TAPMESH_PORT_IN_USE\)\n {2}\S/)
  other.close()
})

test('the admin port is taken: told, and exit 69', async () => {
  const first = await startTapProcess([
    '--service',
    'a',
    '--listen',
    '0',
    '--to',
    '127.0.0.1:1',
    '--admin-port',
    '0',
  ])
  const { port } = new URL(first.admin())
  const second = spawnTap(
    ['--service', 'a', '--listen', '0', '--to', '127.0.0.1:1', '--admin-port', port],
    {},
    program,
  )
  expect(await second.exited).toBe(69)
  expect(second.stderr()).toMatch(/admin listener.*TAPMESH_PORT_IN_USE/)
  expect(await first.stop()).toBe(0)
})

test('help', async () => {
  const tap = spawnTap(['--help'], {}, program)
  expect(await tap.exited).toBe(0)
  expect(tap.stdout()).toMatch(/usage: tapmesh tap/)
})
