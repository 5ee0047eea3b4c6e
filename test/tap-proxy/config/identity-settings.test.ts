import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTapSettings } from '../../../tap-proxy/config/load.ts'

const CATALOGUE = ['--service', 'orders', '--listen', '0', '--to', '127.0.0.1:3000']
const COLLECTOR = ['--collector', 'http://127.0.0.1:7401', '--token', 'secret']

async function identityOf(words: string[], env: Record<string, string> = {}) {
  const loaded = await loadTapSettings([...CATALOGUE, ...words], env)
  return 'mistakes' in loaded ? loaded.mistakes.map(({ message }) => message) : loaded.settings.identity
}

test.each([
  [[], undefined],
  [['--identity-files', '/tls'], { kind: 'files', folder: '/tls' }],
  [[...COLLECTOR, '--join-token', 'tmj_x'], { kind: 'join', token: 'tmj_x', file: undefined }],
  [[...COLLECTOR, '--join-token-file', '/join'], { kind: 'join', token: undefined, file: '/join' }],
])('%j', async (words, identity) => {
  expect(await identityOf(words)).toEqual(identity)
})

test('a token in the environment counts where nothing else is said', async () => {
  const env = { TAPMESH_JOIN_TOKEN: 'tmj_env' }
  expect(await identityOf(COLLECTOR, env)).toMatchObject({ token: 'tmj_env' })
  expect(await identityOf([...COLLECTOR, '--identity-files', '/tls'], env)).toMatchObject({ kind: 'files' })
})

test('two places, and a token without a collector, are mistakes', async () => {
  expect(await identityOf([...COLLECTOR, '--identity-files', '/tls', '--join-token', 'x'])).toEqual([
    'the certificate is to come from several places',
  ])
  expect(await identityOf(['--join-token', 'tmj_x'])).toEqual([
    expect.stringContaining('of no use without a collector'),
  ])
})

test('in a file, where the flags go before it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-identity-'))
  const file = join(folder, 'tap.yaml')
  writeFileSync(file, 'service: orders\ninbound: [{ listen: 0, to: 3000 }]\nidentity: { files: /etc/tls }\n')
  const load = async (words: string[]) => {
    const loaded = await loadTapSettings(['--config', file, ...words], {})
    return 'mistakes' in loaded ? loaded.mistakes : loaded.settings.identity
  }
  expect(await load([])).toEqual({ kind: 'files', folder: '/etc/tls' })
  expect(await load(['--identity-files', '/other'])).toEqual({ kind: 'files', folder: '/other' })
  rmSync(folder, { recursive: true })
})
