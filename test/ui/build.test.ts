import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildUi, FIRST_GZIP_BYTES_MAX, TOTAL_GZIP_BYTES_MAX } from '../../ui/build.mjs'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-ui-build-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('what the map needs stays within its budget, and the page holds no inline script or style', async () => {
  const outdir = join(folder, 'ui')
  const manifest = await buildUi({ outdir })
  expect(manifest.first_gzip_bytes).toBeLessThanOrEqual(FIRST_GZIP_BYTES_MAX)
  expect(manifest.gzip_bytes).toBeLessThanOrEqual(TOTAL_GZIP_BYTES_MAX)
  const names = await readdir(join(outdir, 'assets'))
  expect(names.every((name) => name === 'icon.svg' || /^[a-z-]+-[A-Z0-9]{8}\.(js|css)$/.test(name))).toBe(
    true,
  )
  const page = await readFile(join(outdir, 'index.html'), 'utf8')
  expect(page).not.toMatch(/<style|style=|<script(?![^>]+src=)|\bon\w+=|https?:/)
  const loaded = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path!)
  const first = Object.keys(manifest.files).filter((path) => manifest.files[path]!.first)
  expect(loaded.sort()).toEqual(first.filter((path) => path !== 'index.html').sort())
})

test('other pages are files of their own, which the first script only names', async () => {
  const outdir = join(folder, 'split')
  const { files } = await buildUi({ outdir })
  for (const page of ['services', 'calls', 'trace', 'status', 'setup']) {
    const own = Object.keys(files).filter((path) => path.startsWith(`assets/${page}-`))
    expect(own.map((path) => files[path]!.first)).toEqual([false])
    const scripts = Object.keys(files).filter((path) => files[path]!.first && path.endsWith('.js'))
    const texts = await Promise.all(scripts.map((path) => readFile(join(outdir, path), 'utf8')))
    expect(texts.join()).toContain(own[0]!.replace('assets/', './'))
  }
})

test('the same sources give the same names', async () => {
  const one = await buildUi({ outdir: join(folder, 'one') })
  const two = await buildUi({ outdir: join(folder, 'two') })
  expect(two).toEqual(one)
})
