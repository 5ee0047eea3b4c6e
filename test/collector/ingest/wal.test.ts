import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wal } from '../../../collector/ingest/wal.ts'

let folder: string
const open: Wal[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-wal-'))
})

afterEach(async () => {
  for (const wal of open.splice(0)) await wal.close()
  await rm(folder, { recursive: true, force: true })
})

async function opened(): Promise<Wal> {
  const wal = await Wal.open(folder)
  open.push(wal)
  return wal
}

const batch = (seq: number, bytes = 20) => ({
  tap: 'tap',
  boot: 'b'.repeat(16),
  seq,
  rows: 2,
  columns: ['ts'],
  block: Buffer.alloc(bytes, seq),
})
const taken = (wal: Wal, seq: number): boolean => wal.ledger.has('tap', 'b'.repeat(16), seq)

test('batches of one segment come back as they were, in order', async () => {
  const wal = await opened()
  await Promise.all([1, 2, 3].map((seq) => wal.append(batch(seq))))
  expect(wal.current).toMatchObject({ rows: 6 })
  await wal.seal()
  expect(wal.sealed).toHaveLength(1)
  const { batches, damaged } = await wal.read(wal.sealed[0]!.name)
  expect(batches).toEqual([1, 2, 3].map((seq) => batch(seq)))
  expect(damaged).toBe(0)
})

test('a process that starts anew finds every batch and knows what was taken', async () => {
  const first = await opened()
  await first.append(batch(1))
  await first.seal()
  await first.append(batch(2))
  const second = await opened()
  expect(second.sealed.map(({ rows }) => rows)).toEqual([2, 2])
  expect([1, 2, 3].map((seq) => taken(second, seq))).toEqual([true, true, false])
})

test('what was taken is known after its segment is gone and the process with it', async () => {
  const first = await opened()
  for (const seq of [1, 2]) await first.append(batch(seq))
  await first.seal()
  await first.remove(first.sealed[0]!.name)
  expect(first.sealed).toEqual([])
  const second = await opened()
  expect(second.pendingRows).toBe(0)
  expect([1, 2, 3].map((seq) => taken(second, seq))).toEqual([true, true, false])
  for (const { name } of [...second.sealed]) await second.remove(name)
  const third = await opened()
  expect(taken(third, 2)).toBe(true)
})

test('a torn tail and a damaged batch are counted, the others come back', async () => {
  const first = await opened()
  for (const seq of [1, 2, 3]) await first.append(batch(seq, 200))
  await first.close()
  const [name] = await readdir(folder)
  const bytes = await readFile(join(folder, name!))
  bytes[bytes.indexOf(Buffer.alloc(50, 2)) + 5]! ^= 1
  await writeFile(join(folder, name!), bytes.subarray(0, bytes.length - 3))
  const second = await opened()
  // The two stand side by side and count as one stretch.
  expect(second.damaged).toBe(1)
  const { batches } = await second.read(second.sealed[0]!.name)
  expect(batches).toEqual([batch(1, 200)])
  expect([1, 2].map((seq) => taken(second, seq))).toEqual([true, false])
})

test('files of others in the folder are left alone', async () => {
  await writeFile(join(folder, 'notes.txt'), 'mine')
  const wal = await opened()
  expect(wal.sealed).toEqual([])
  expect(await readdir(folder)).toContain('notes.txt')
})

test('a folder that cannot be made is told with its code', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(Wal.open(join(folder, 'file', 'wal'))).rejects.toMatchObject({
    code: 'TAPMESH_DATA_UNWRITABLE',
  })
})

/** A file system of a few hundred kilobytes, where this user may mount one. */
function mountSmall(at: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', at], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Mounting needs a right that not every machine gives its tests. */
function mayMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'tapmesh-mount-'))
  const mounted = mountSmall(at)
  if (mounted) execFileSync('umount', [at])
  rmdirSync(at)
  return mounted
}

const withSmallDisk = mayMount() ? test : test.skip

withSmallDisk('a full disk refuses batches whole, keeps those before, and recovers by itself', async () => {
  const small = join(folder, 'small')
  await mkdir(small)
  mountSmall(small)
  try {
    const wal = await Wal.open(small)
    open.push(wal)
    const filler = join(small, 'filler')
    await wal.append(batch(1))
    await writeFile(filler, Buffer.alloc(180 * 1024))
    const big = (seq: number) => batch(seq, 90 * 1024)
    await expect(Promise.all([wal.append(big(2)), wal.append(big(3))])).rejects.toMatchObject({
      code: 'TAPMESH_DISK_FULL',
    })
    expect([1, 2, 3].map((seq) => taken(wal, seq))).toEqual([true, false, false])
    await rm(filler)
    await wal.append(big(2))
    await wal.seal()
    const found = await Promise.all(wal.sealed.map(({ name, bytes }) => wal.read(name, bytes)))
    expect(found.flatMap(({ batches }) => batches.map(({ seq }) => seq))).toEqual([1, 2])
    await wal.close()
    const again = await Wal.open(small)
    open.push(again)
    expect([1, 2, 3].map((seq) => taken(again, seq))).toEqual([true, true, false])
    await again.close()
  } finally {
    for (const wal of open.splice(0)) await wal.close()
    execFileSync('umount', [small])
  }
})
