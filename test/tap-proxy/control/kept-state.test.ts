import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeptState, keepState, readKeptState } from '../../../tap-proxy/control/kept-state.ts'

const owner = { tap: 'orders@host', service: 'orders', collector: 'http://127.0.0.1:7401' }
const state: KeptState = {
  text: '{"äöü":"a\\nb"}\n{}',
  etag: '"0a1b2c3d.7"',
  services: ['orders', 'cart'],
  received_ms: 1_763_000_000_000,
}
let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-state-'))
  file = join(folder, 'taps', 'orders.state')
})
afterEach(() => rm(folder, { recursive: true }))

test('round trip: for its owner alone, put in place whole, nothing left beside it', async () => {
  expect(await readKeptState(file, owner)).toBeUndefined()
  await keepState(file, owner, { ...state, text: 'older' })
  await keepState(file, owner, state)
  expect(await readKeptState(file, owner)).toEqual(state)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'taps'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(folder, 'taps'))).toEqual(['orders.state'])
})

test('torn at any place, or one byte changed, it is not used', async () => {
  await keepState(file, owner, state)
  const whole = await readFile(file)
  for (let length = 0; length < whole.length; length++) {
    await truncate(file, length)
    await expect(readKeptState(file, owner)).rejects.toMatchObject({ code: 'TAPMESH_STATE_INVALID' })
    await writeFile(file, whole)
    const changed = Buffer.from(whole)
    changed[length]! ^= 1
    await writeFile(file, changed)
    await expect(readKeptState(file, owner)).rejects.toMatchObject({ code: 'TAPMESH_STATE_INVALID' })
    await writeFile(file, whole)
  }
  expect(await readKeptState(file, owner)).toEqual(state)
})

test.each([
  ['tap', { ...owner, tap: 'cart@host' }, /is of the tap orders@host, not of cart@host/],
  ['service', { ...owner, service: 'cart' }, /is of the service orders/],
  ['control', { ...owner, collector: 'http://10.0.0.1:7401' }, /is of the collector/],
])('of another %s it is foreign', async (_name, other, wanted) => {
  await keepState(file, owner, state)
  await expect(readKeptState(file, other)).rejects.toThrow(wanted)
})

test('one that others may write, that is too large or no file at all', async () => {
  await keepState(file, owner, state)
  await chmod(file, 0o622)
  await expect(readKeptState(file, owner)).rejects.toThrow(/may be written by others/)
  await chmod(file, 0o600)
  await truncate(file, 5 * 1024 * 1024)
  await expect(readKeptState(file, owner)).rejects.toThrow(/larger than/)
  await expect(readKeptState(folder, owner)).rejects.toThrow(/is no file/)
})

test('where it cannot be written, the old one stays', async () => {
  await keepState(file, owner, state)
  await expect(keepState(join(file, 'below'), owner, state)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readKeptState(file, owner)).toEqual(state)
})
