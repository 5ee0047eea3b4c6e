import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildUi, GZIP_BYTES_MAX } from '../../ui/build.mjs'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-ui-build-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the whole UI stays within its budget, and its page holds no inline script or style', async () => {
  const outdir = join(folder, 'ui')
  const manifest = await buildUi({ outdir })
  expect(manifest.gzip_bytes).toBeLessThanOrEqual(GZIP_BYTES_MAX)
  const names = await readdir(join(outdir, 'assets'))
  expect(names.filter((name) => /^(app|style)-[A-Z0-9]{8}\.(js|css)$/.test(name))).toHaveLength(2)
  const page = await readFile(join(outdir, 'index.html'), 'utf8')
  expect(page).not.toMatch(/<style|style=|<script(?![^>]+src=)|\bon\w+=|https?:/)
  for (const [, path] of page.matchAll(/(?:src|href)="\/([^"]+)"/g))
    expect(manifest.files).toHaveProperty([path!])
})

test('the same sources give the same names', async () => {
  const one = await buildUi({ outdir: join(folder, 'one') })
  const two = await buildUi({ outdir: join(folder, 'two') })
  expect(two).toEqual(one)
})
