import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../store/open.ts'
import { forgetPhantomTokens } from '../../store/phantom-tokens.ts'
import { ROLLUPS } from '../../store/rollups.ts'
import { blockOf } from '../../store/row-block.ts'
import type { Store } from '../../store/store.ts'
import { record } from '../support/record.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-phantom-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const block = (path: string): Buffer => {
  const ts = 1_790_000_000_000_000
  const calls = Array.from({ length: 10 }, (_, index) => record({ path, ts: ts + index }))
  return blockOf(calls)
}

async function counts(store: Store): Promise<Record<string, number>> {
  const [calls] = await store.read<{ rows: number }>('SELECT count() AS rows FROM tapmesh.calls')
  const found: Record<string, number> = { calls: calls!.rows }
  for (const { name } of ROLLUPS) {
    const [rollup] = await store.read<{ calls: number }>(`SELECT sum(calls) AS calls FROM tapmesh.${name}`)
    found[name] = rollup!.calls
  }
  return found
}

/** Folders of the parts of one table, as a kill just before the last rename would leave none of the newest. */
async function partsOf(table: string): Promise<string[]> {
  const home = join(folder, 'data', 'tapmesh', table)
  return (await readdir(home)).filter((name) => /^\d+_\d+_\d+_\d+/.test(name)).map((name) => join(home, name))
}

test.each(['calls', 'edge_10s', 'route_1h'])(
  'rows whose token was noted in %s but whose part is missing are taken when they come again',
  async (table) => {
    const first = await openStore({ dataFolder: folder })
    await first.insertCalls([block('/whole')], 'whole')
    const before = await partsOf(table)
    await first.insertCalls([block('/torn')], 'torn')
    const torn = (await partsOf(table)).filter((part) => !before.includes(part))
    await first.close()
    expect(torn).toHaveLength(1)
    await rm(torn[0]!, { recursive: true })

    const second = await openStore({ dataFolder: folder })
    await second.insertCalls([block('/torn')], 'torn')
    await second.insertCalls([block('/whole')], 'whole')
    const all = Object.fromEntries(['calls', ...ROLLUPS.map(({ name }) => name)].map((name) => [name, 20]))
    expect(await counts(second)).toEqual(all)
    await second.close()
  },
)

async function tableOf(parts: readonly string[], log: string): Promise<string> {
  const home = join(folder, 'store', '231', '231-table')
  await mkdir(join(home, 'deduplication_logs'), { recursive: true })
  for (const part of parts) await mkdir(join(home, part))
  const file = join(home, 'deduplication_logs', 'deduplication_log_1.txt')
  await writeFile(file, log)
  return file
}

test('a part that was merged, a token that was dropped and foreign lines stay', async () => {
  const log = [
    '1\t20261120_3_3_0\ta',
    '1\t20261120_9_9_0\tdropped',
    '2\t20261120_9_9_0\tdropped',
    'something else',
    '1\t20261121_3_3_0\tphantom',
    '',
  ]
  const file = await tableOf(
    ['20261120_1_8_2', '20261121_4_4_0', 'tmp_insert_20261121_3_3_0'],
    log.join('\n'),
  )
  expect(forgetPhantomTokens(folder)).toBe(1)
  expect(await readFile(file, 'utf8')).toBe(log.filter((line) => !line.endsWith('phantom')).join('\n'))
  expect(forgetPhantomTokens(folder)).toBe(0)
})

test('a folder that is new has none', () => {
  expect(forgetPhantomTokens(join(folder, 'none'))).toBe(0)
})
