import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findStateDir } from '../../../tap-proxy/config/state-dir.ts'

const before = process.cwd()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-dir-'))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

test('as given, of the unit, of the user, beside the token, or none', () => {
  const env = { STATE_DIRECTORY: '/var/lib/tap:/var/lib/other', XDG_STATE_HOME: '/home/a/.local/state' }
  expect(findStateDir('here', env)).toBe('here')
  expect(findStateDir(undefined, env)).toBe('/var/lib/tap')
  expect(findStateDir(undefined, { ...env, STATE_DIRECTORY: '' })).toBe('/home/a/.local/state/tapmesh')
  expect(findStateDir(undefined, { XDG_STATE_HOME: 'relative' })).toBeUndefined()
  mkdirSync('.tapmesh')
  expect(findStateDir(undefined, {})).toBeUndefined()
  writeFileSync('.tapmesh/token', 'x')
  expect(findStateDir(undefined, {})).toBe('.tapmesh/taps')
})
