import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readingsOf } from '../../../../loadtest/bench/measures/bundle.ts'
import { buildUi } from '../../../../ui/build.mjs'

test('what is loaded before the map is drawn is told apart from all pages', async () => {
  const outdir = join(await mkdtemp(join(tmpdir(), 'tapmesh-bundle-')), 'ui')
  const manifest = await buildUi({ outdir })
  const [first, all, ...files] = readingsOf(manifest)
  expect(first).toEqual({ subject: 'ui', quantity: 'gzip_kb', rounds: [manifest.first_gzip_bytes / 1000] })
  expect(all!.rounds).toEqual([manifest.gzip_bytes / 1000])
  expect(files.map(({ subject }) => subject)).toEqual(Object.keys(manifest.files).sort())
  await rm(outdir, { recursive: true })
})
