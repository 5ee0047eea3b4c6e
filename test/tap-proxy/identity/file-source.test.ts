import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileSource, readIdentityFolder } from '../../../tap-proxy/identity/file-source.ts'
import type { Identity } from '../../../tap-proxy/identity/identity.ts'
import { makeLeaf, makeTestAuthority, type TestAuthority } from '../../support/identity/certificates.ts'
import { type HandClock, handClock } from '../../support/identity/clock.ts'
import { until } from '../relay/rig.ts'

let ca: TestAuthority
let folder = ''
let source: FileSource | undefined
let taken: Identity[]
let failed: { text: string; late: boolean }[]

beforeAll(async () => {
  ca = await makeTestAuthority('root')
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-files-'))
  taken = []
  failed = []
})
afterEach(() => {
  source?.close()
  rmSync(folder, { recursive: true })
})

const events = {
  taken: (identity: Identity) => void taken.push(identity),
  failed: (error: unknown, late: boolean) => void failed.push({ text: (error as Error).message, late }),
}

async function write(into: string, options: Parameters<typeof makeLeaf>[1] = {}) {
  const { key, certificate } = await makeLeaf(ca, options)
  mkdirSync(into, { recursive: true })
  writeFileSync(join(into, 'tls.key'), key)
  writeFileSync(join(into, 'tls.crt'), certificate)
  writeFileSync(join(into, 'ca.crt'), ca.certificate)
  return { key, certificate }
}

/** As the CSI driver lays a volume out: links to a link to a folder, and only the link in between changes. */
async function mountAt(name: string): Promise<void> {
  await write(join(folder, name))
  symlinkSync(name, join(folder, '..new'))
  renameSync(join(folder, '..new'), join(folder, '..data'))
}

test('a swap of the link in between is seen by the real watcher', async () => {
  await mountAt('..1')
  for (const name of ['tls.key', 'tls.crt', 'ca.crt']) symlinkSync(`..data/${name}`, join(folder, name))
  source = new FileSource(folder, events)
  await until(() => taken.length === 1)
  await mountAt('..2')
  await until(() => taken.length === 2)
  expect(source.current!.key).not.toBe(taken[0]!.key)
  expect(failed).toEqual([])
})

/** Lets time pass, from one look to the next, until the condition holds. */
async function pass(clock: HandClock, condition: () => boolean): Promise<void> {
  await until(() => {
    if (condition()) return true
    if (clock.due.length > 0) clock.next()
    return false
  })
}

test('torn files are not taken, and told only where they stay torn; the old identity stays until all fit', async () => {
  await write(folder)
  const clock = handClock()
  source = new FileSource(folder, events, clock)
  await until(() => taken.length === 1)
  const { key, certificate } = await makeLeaf(ca)
  writeFileSync(join(folder, 'tls.key'), key)
  const torn_ms = clock.now_ms()
  await pass(clock, () => failed.length === 1)
  expect(clock.now_ms() - torn_ms).toBeGreaterThanOrEqual(500)
  expect(failed[0]!.text).toMatch(/tls\.key is not the key of the first certificate in tls\.crt/)
  const told_ms = clock.now_ms()
  await pass(clock, () => clock.now_ms() > told_ms + 60_000)
  expect(failed).toHaveLength(1)
  expect(source.current).toBe(taken[0])
  writeFileSync(join(folder, 'tls.crt'), certificate)
  await pass(clock, () => taken.length === 2)
})

test('a folder that is not there yet is told at once and found when it comes', async () => {
  const later = join(folder, 'later')
  const clock = handClock()
  source = new FileSource(later, events, clock)
  await until(() => failed.length === 1)
  expect(failed[0]!.text).toMatch(/tls\.key cannot be read: ENOENT/)
  await write(later)
  await pass(clock, () => taken.length === 1)
})

test('one that nobody renews becomes an alarm in its last third', async () => {
  await write(folder)
  const clock = handClock()
  source = new FileSource(folder, events, clock)
  await until(() => clock.due.length === 1)
  expect(failed).toEqual([])
  clock.advance(1_900_000)
  await pass(clock, () => failed.length === 1)
  expect(failed[0]).toEqual({ text: expect.stringContaining('was not renewed'), late: true })
})

test('files too large, and folders in their place, are refused in words', async () => {
  await write(folder)
  writeFileSync(join(folder, 'ca.crt'), 'x'.repeat(300_000))
  await expect(readIdentityFolder(folder, Date.now())).rejects.toThrow(/larger than 262144 bytes/)
  rmSync(join(folder, 'ca.crt'))
  mkdirSync(join(folder, 'ca.crt'))
  await expect(readIdentityFolder(folder, Date.now())).rejects.toMatchObject({
    code: 'TAPMESH_IDENTITY_INVALID',
  })
})
