import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureToken, readToken, tokenFileOf } from '../../../cli/mesh/token.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tapmesh-token-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('a token is made once, 64 hex digits, for the owner alone', () => {
  const token = ensureToken(join(home, 'new'))
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(ensureToken(join(home, 'new'))).toBe(token)
  expect(statSync(tokenFileOf(join(home, 'new'))).mode & 0o777).toBe(0o600)
})

test('a token that others could read is locked up again', () => {
  ensureToken(home)
  chmodSync(tokenFileOf(home), 0o644)
  ensureToken(home)
  expect(statSync(tokenFileOf(home)).mode & 0o777).toBe(0o600)
})

test('a file without a usable token, and none at all, are named', () => {
  writeFileSync(tokenFileOf(home), 'short\n')
  expect(() => ensureToken(home)).toThrow(expect.objectContaining({ code: 'TAPMESH_TOKEN_MISSING' }))
  expect(() => readToken(join(home, 'none'))).toThrow(/ENOENT/)
  expect(() => ensureToken(join(tokenFileOf(home), 'below-a-file'))).toThrow(
    expect.objectContaining({ code: 'TAPMESH_DATA_UNWRITABLE' }),
  )
})
