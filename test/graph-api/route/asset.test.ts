import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assetRoute, readAssets } from '../../../graph-api/route/asset.ts'
import { EMPTY_STORE, type Served, serveApi } from '../../support/mesh.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapmesh-assets-'))
let served: Served
const SECRET = 'the secret beside'
const PAGE = '<!doctype html><title>tapmesh</title>'
const SCRIPT = `console.log(1)\n`.repeat(200)

beforeAll(async () => {
  mkdirSync(join(folder, 'ui', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.js'), SECRET)
  writeFileSync(join(folder, 'ui', 'index.html'), PAGE)
  writeFileSync(join(folder, 'ui', 'assets', 'app-ABCD1234.js'), SCRIPT)
  writeFileSync(join(folder, 'ui', 'assets', 'icon.svg'), '<svg/>')
  writeFileSync(join(folder, 'ui', 'assets', 'note.exe'), 'x')
  served = await serveApi(EMPTY_STORE, { assets: join(folder, 'ui') })
})

afterAll(async () => {
  await served.close()
  rmSync(folder, { recursive: true })
})

/** A request whose path is sent as it is written, which fetch() would tidy up. */
function raw(path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(served.url)
    request({ host: '127.0.0.1', port, path }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, body }))
    })
      .on('error', reject)
      .end()
  })
}

test.each([
  '/',
  '/map',
  '/services',
  '/service/a%2Fb',
  '/edge/a/b',
  '/calls',
  '/call/b7ad6b7169203331.server',
  '/trace/x',
  '/enforce',
  '/enforce/a%2Fb/retries',
  '/policies',
  '/backtest',
  '/audit',
  '/status',
  '/setup',
])('%s is the page', async (path) => {
  const response = await fetch(served.url + path)
  expect([response.status, await response.text()]).toEqual([200, PAGE])
  expect(response.headers.get('cache-control')).toBe('no-cache')
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
})

test('a file with a hash in its name is kept for good, and comes compressed', async () => {
  const response = await fetch(`${served.url}/assets/app-ABCD1234.js`)
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(await response.text()).toBe(SCRIPT)
  const etag = response.headers.get('etag')!
  const again = await fetch(`${served.url}/assets/app-ABCD1234.js`, { headers: { 'if-none-match': etag } })
  expect(again.status).toBe(304)
  expect((await fetch(`${served.url}/assets/icon.svg`)).headers.get('cache-control')).toBe('no-cache')
})

test.each([
  '/../secret.js',
  '/assets/../../secret.js',
  '/..%2fsecret.js',
  '/%2e%2e/secret.js',
  '/%2e%2e%2fsecret.js',
  '/..%5csecret.js',
  '/assets/..%c0%afsecret.js',
  '/....//secret.js',
  '//secret.js',
  '/.//../secret.js',
  '/assets',
  '/assets/',
  '/assets/note.exe',
  '/index.html%00.js',
  '/__proto__',
  '/constructor',
  '/service/a/b/c',
  '/file:///etc/passwd',
  '/etc/passwd',
])('%s leads nowhere', async (path) => {
  const { status, body } = await raw(path)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(body).not.toContain(SECRET)
})

test('without a built UI the pages say how to build it', async () => {
  const bare = await serveApi(EMPTY_STORE, { assets: join(folder, 'nowhere') })
  const response = await fetch(`${bare.url}/map`)
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')])
  await bare.close()
  expect(readAssets(join(folder, 'nowhere')).size).toBe(0)
  expect(typeof assetRoute(new Map())).toBe('function')
})
