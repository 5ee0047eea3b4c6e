import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

/**
 * A real browser for the tests: `$TAPMESH_CHROME`, else the system's Chromium or Chrome, else the
 * one that the package @sparticuz/chromium carries, else an error. Never a skip.
 */

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
]

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Found {
  path: string
  env: Record<string, string>
  args: string[]
}

/** Files of an uncompressed tar archive (POSIX ustar): name and content of each regular file. */
export function untar(archive: Buffer): { name: string; body: Buffer }[] {
  const files: { name: string; body: Buffer }[] = []
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const text = (from: number, length: number) =>
      archive.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 12).trim() || '0', 8)
    const kind = text(156, 1)
    if (kind === '' || kind === '0') {
      files.push({ name: text(0, 100), body: archive.subarray(at + 512, at + 512 + size) })
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

const PACKED = join(import.meta.dirname, '../../node_modules/@sparticuz/chromium/bin')

const unpacked = async (name: string): Promise<Buffer> =>
  brotliDecompressSync(await readFile(join(PACKED, name)))

/**
 * The package's browser needs libraries and fonts that the package itself unpacks only in a cloud
 * function: without the first it does not start, without the second text measures 0 px. Unpacked
 * once per machine, beside and then renamed, because several test files may start together.
 */
async function fromPackage(): Promise<Found | undefined> {
  if (!existsSync(PACKED)) return undefined
  const home = join(tmpdir(), 'tapmesh-chromium')
  if (!existsSync(home)) {
    const fresh = await mkdtemp(`${home}-`)
    await writeFile(join(fresh, 'chromium'), await unpacked('chromium.br'), { mode: 0o755 })
    for (const archive of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) {
      for (const { name, body } of untar(await unpacked(archive))) {
        await mkdir(dirname(join(fresh, name)), { recursive: true })
        await writeFile(join(fresh, name), body, { mode: 0o755 })
      }
    }
    // The archive's own list names folders of the cloud only.
    const list = `<fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'cache')}</cachedir></fontconfig>\n`
    await writeFile(join(fresh, 'fonts.conf'), list)
    await rename(fresh, home).catch(() => rm(fresh, { recursive: true, force: true }))
  }
  return {
    path: join(home, 'chromium'),
    // Its own `--single-process` would end the whole browser with the first context that closes.
    args: ['--no-zygote'],
    env: { LD_LIBRARY_PATH: join(home, 'lib'), FONTCONFIG_PATH: home },
  }
}

async function resolve(): Promise<Found> {
  const named = process.env['TAPMESH_CHROME']
  if (named) return { path: named, env: {}, args: [] }
  const system = SYSTEM.find((path) => existsSync(path))
  if (system) return { path: system, env: {}, args: [] }
  const packed = await fromPackage()
  if (packed) return packed
  throw new Error('no browser: set TAPMESH_CHROME, install chromium, or npm install @sparticuz/chromium')
}

export async function openBrowser(): Promise<Browser> {
  const { path, env, args } = await resolve()
  return chromium.launch({
    executablePath: path,
    args: [...QUIET, ...args],
    env: { ...(process.env as Record<string, string>), ...env },
  })
}
