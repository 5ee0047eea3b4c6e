import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Spool, type SpooledBatch } from '../../../tap-proxy/ship/spool.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-spool-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const batch = (seq: number, bytes: number): SpooledBatch => ({
  headers: { 'x-tapmesh-seq': String(seq) },
  rows: seq,
  body: Buffer.alloc(bytes, '\n'),
})

test('batches come back as they were, of this tap alone, for its user alone', async () => {
  const spool = new Spool(join(folder, 'state'), 'orders@host')
  expect(await spool.read()).toEqual({ batches: [], files: [] })
  await spool.write([batch(1, 10), batch(2, 0)])
  await spool.write([batch(3, 5)])
  const { batches, files } = await spool.read()
  expect(batches).toEqual([batch(1, 10), batch(2, 0), batch(3, 5)])
  expect((await stat(files[0]!)).mode & 0o777).toBe(0o600)
  expect((await new Spool(join(folder, 'state'), 'orders@other').read()).batches).toEqual([])
  await spool.remove(files)
  expect(await readdir(join(folder, 'state'))).toEqual([])
})

test('a file that was cut gives the batches that are whole', async () => {
  const spool = new Spool(folder, 't')
  await spool.write([batch(1, 100), batch(2, 100)])
  const [file] = (await spool.read()).files
  const { size } = await stat(file!)
  await truncate(file!, size - 1)
  expect((await spool.read()).batches).toEqual([batch(1, 100)])
  await truncate(file!, 20)
  expect((await spool.read()).batches).toEqual([])
})
