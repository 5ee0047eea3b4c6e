import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findToken, isToken } from '../../../tap-proxy/config/token.ts'

test('a file must hold one token', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tap-token-'))
  const tokenFile = join(folder, 'token')
  await writeFile(tokenFile, 'two words\n')
  const places = { url: 'http://c:1', token: undefined, tokenFile }
  await expect(findToken(places, {})).rejects.toMatchObject({ code: 'TAPMESH_CONFIG_INVALID' })
  await writeFile(tokenFile, ' abc \n')
  expect(await findToken(places, {})).toBe('abc')
  await rm(folder, { recursive: true })
})

test('tokens are printable and have no spaces', () => {
  expect(isToken('0123abc')).toBe(true)
  expect(['', 'a b', 'a\n', 'é', 'x'.repeat(513)].some(isToken)).toBe(false)
})
