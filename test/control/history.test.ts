import fc from 'fast-check'
import { keptHash, NO_ENTRIES } from '../../control/audit-chain.ts'
import { entryAfter, History, type Revision } from '../../control/history.ts'
import { applyDays, RETENTION_DEFAULTS, sweep } from '../../store/retention.ts'
import { openTestStore } from '../support/mesh.ts'

/** History and audit in the real embedded store. */
let store: Awaited<ReturnType<typeof openTestStore>>
let history: History

beforeAll(async () => {
  store = await openTestStore()
  history = new History(store)
})
afterAll(() => store.remove())

const AT = 1_790_000_000_123
const REVISION: Revision = {
  ...{
    number: 1,
    epoch: '0badcafe',
    at_ms: AT,
    actor: 'ann',
    action: 'set',
    reason: 'why',
    document_number: 1,
  },
  bypass: false,
}
const named = (number: number, reason: string) => ({
  at: new Date(AT).toISOString(),
  ...{
    actor: 'ann',
    action: 'set' as const,
    reason,
    auto: false,
    revision: `0badcafe.${number}`,
    before: '',
  },
  after: 'cart.timeouts request: 2s',
})

test('nothing is there at first', async () => {
  expect(await history.newest()).toBeUndefined()
  expect(await history.end()).toEqual(NO_ENTRIES)
  expect(await history.document(0)).toBe('')
  expect(await history.check(NO_ENTRIES)).toBeNull()
})

test('documents and reasons come back letter by letter', async () => {
  const texts = [
    ...fc.sample(fc.string({ unit: 'binary', maxLength: 300 }), { numRuns: 60, seed: 11 }),
    'tabs\tand\n\nblank lines\r\n\\N \\ \0 \b\f é 網 🚦 \'quotes" $1 ; DROP TABLE tapmesh.config\n',
    'x'.repeat(1_048_576),
  ]
  for (const [index, text] of texts.entries()) {
    const number = index + 1
    const entry = entryAfter(
      await history.end(),
      named(number, text.slice(0, 500)),
      keptHash(number, false, text),
    )
    const revision = { ...REVISION, number, document_number: number, reason: text.slice(0, 500) }
    expect(await history.addRevision(revision, text, entry)).toBe(true)
    expect(await history.addEntry(entry)).toBe(true)
    expect(await history.document(number)).toBe(text)
    expect(await history.newest()).toEqual({ revision, entry })
    expect(await history.entries(1)).toEqual([entry])
  }
  expect(await history.check(await history.end())).toBeNull()
})

test('retention never takes a row of it', async () => {
  const rows = async () =>
    (await store.read<{ rows: number }>('SELECT count() AS rows FROM tapmesh.config'))[0]!.rows
  const before = await rows()
  const nothingKept = { days: { ...RETENTION_DEFAULTS.days }, bytes_max: 0, disk_share_max: 0 }
  const inTenYears = Date.now() + 10 * 365 * 86_400_000
  for (const table of await sweep(store, nothingKept, inTenYears, 1)) {
    expect(['config', 'audit']).not.toContain(table.table)
  }
  await applyDays(store, nothingKept.days)
  expect(await rows()).toBe(before)
  expect(before).toBeGreaterThan(0)
})
