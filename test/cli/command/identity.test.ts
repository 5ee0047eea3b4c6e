import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idOf, makeLeaf, makeTestAuthority } from '../../support/identity/certificates.ts'
import { openTestStore, serveApi, TOKEN } from '../../support/mesh.ts'
import { runTapmesh } from '../support/tapmesh-command.ts'

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-cli-'))
  const ca = await makeTestAuthority('root')
  const { key, certificate } = await makeLeaf(ca)
  writeFileSync(join(folder, 'tls.key'), key)
  writeFileSync(join(folder, 'tls.crt'), certificate)
  writeFileSync(join(folder, 'ca.crt'), ca.certificate)
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a folder in words and for programs; its key is nowhere in it', async () => {
  const { out, exit } = await runTapmesh(['identity', '--files', folder])
  expect(exit).toBe(0)
  expect(out).toMatch(/spiffe:\/\/prod\.example\/svc\/orders[\s\S]*until 2[\s\S]*CN=root/)
  const found = JSON.parse((await runTapmesh(['identity', '--files', folder, '--json'])).out)
  expect(found).toMatchObject({ id: idOf('orders'), bundle: [{ subject: 'CN=root' }] })
  expect(Object.keys(found)).toEqual(['id', 'not_before', 'not_after', 'serial', 'bundle'])
})

test('what is wrong is said, with the exit code for it', async () => {
  expect(await runTapmesh(['identity'])).toMatchObject({ exit: 64 })
  expect(await runTapmesh(['identity', '--files', join(folder, 'none')])).toMatchObject({
    exit: 64,
    error: expect.stringContaining('tls.key cannot be read: ENOENT'),
  })
  expect(await runTapmesh(['identity', '127.0.0.1:1'])).toMatchObject({ exit: 69 })
})

test('join-token: the token alone on the standard output, what it is good for beside it', async () => {
  const store = await openTestStore()
  const served = await serveApi(store, {
    joinToken: async ({ service, tap = null }) => ({
      token: 'tmj_secret',
      id: idOf(service),
      tap,
      expires_at: '2026-09-21T14:23:20.000Z',
    }),
  })
  const environment = { TAPMESH_API: served.url, TAPMESH_TOKEN: TOKEN }
  const run = (...args: string[]) => runTapmesh(['join-token', ...args], { environment })
  expect(await run('orders', '--reason', 'first tap')).toEqual({
    out: 'tmj_secret\n',
    error: `${idOf('orders')} for one tap, until 2026-09-21T14:23:20.000Z; it is not shown again.\n`,
    exit: 0,
  })
  expect((await run('orders', '--tap', 'orders-1', '--reason', 'x')).error).toContain('for tap orders-1')
  expect(await run('orders')).toMatchObject({ out: '', error: expect.stringContaining('has no reason') })
  await served.close()
  await store.remove()
})
