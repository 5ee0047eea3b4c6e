import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SegmentFile } from '../../../collector/ingest/segment-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-segment-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('a smaller file after a larger one shows nothing of the larger', async () => {
  const file = new SegmentFile()
  const large = await fileOf('large', 'x'.repeat(100_000))
  const small = await fileOf('small', 'only this')
  expect((await file.read(large, Number.POSITIVE_INFINITY)).length).toBe(100_000)
  expect((await file.read(small, Number.POSITIVE_INFINITY)).toString()).toBe('only this')
  expect((await file.read(small, 4)).toString()).toBe('only')
})

test('an empty file is empty, a missing one is told by its code', async () => {
  const file = new SegmentFile()
  expect(await file.read(await fileOf('empty', ''), 10)).toHaveLength(0)
  await expect(file.read(join(folder, 'none'), 10)).rejects.toMatchObject({ code: 'ENOENT' })
})
