import { Control } from '../../control/control.ts'
import { TapmeshError } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../support/mesh.ts'
import { policyText } from '../support/policy.ts'

/** What a store that fails in mid-change, and a kill between its two rows, leave behind. */
let store: Awaited<ReturnType<typeof openTestStore>>
/** Fails inserts into these tables, before or after they are done. */
let failing: ReadonlyMap<string, 'before' | 'after'>

const fault = () => new TapmeshError('TAPMESH_STORE_UNAVAILABLE', 'the store refused an insert', 'Try again.')

/** The real store behind inserts that can be made to fail. */
function behindFaults(real: Store): Store {
  return {
    ...{ kind: real.kind, engine: real.engine },
    read: (sql, bound) => real.read(sql, bound),
    command: (sql) => real.command(sql),
    insertCalls: (blocks, token) => real.insertCalls(blocks, token),
    close: () => real.close(),
    insert: async (table, lines, token) => {
      if (failing.get(table) === 'before') throw fault()
      await real.insert(table, lines, token)
      if (failing.get(table) === 'after') throw fault()
    },
  }
}

const DOCUMENT = policyText('  cart: { timeouts: { mode: dry-run, request: 2s } }\n')
const edit = (control: Control, percent: number) =>
  control.edit({ service: 'cart', feature: 'timeouts', set: { percent }, reason: `step ${percent}` })

beforeEach(async () => {
  store = await openTestStore()
  failing = new Map()
})
afterEach(() => store.remove())

test.each([
  ['before the revision', 'config', 'before', 1],
  ['after the revision', 'config', 'after', 2],
  ['between revision and audit', 'audit', 'before', 2],
  ['after the audit', 'audit', 'after', 2],
] as const)(
  'a store that fails %s: nothing is answered, and what it has holds once it answers',
  async (_what, table, when, number) => {
    const control = await Control.open({ store: behindFaults(store) })
    await control.set({ document: DOCUMENT, reason: 'begin' })
    failing = new Map([[table, when]])
    await expect(edit(control, 1)).rejects.toMatchObject({ code: 'TAPMESH_STORE_UNAVAILABLE' })
    expect(control.revision).toMatch(/\.1$/)
    failing = new Map()
    // As after a kill: another program finds the same.
    const restarted = await Control.open({ store })
    expect(restarted.revision.split('.')[1]).toBe(String(number))
    expect(await restarted.audit(10)).toMatchObject({ intact: true })
    expect((await restarted.audit(10)).entries).toHaveLength(number)
    const { revision } = await edit(control, 2)
    expect(revision.split('.')[1]).toBe(String(number + 1))
    expect((await control.audit(10)).entries.map(({ reason }) => reason)).toEqual(
      number === 1 ? ['step 2', 'begin'] : ['step 2', 'step 1', 'begin'],
    )
    expect(await control.audit(10)).toMatchObject({ intact: true, broken_at: null })
    await control.close()
  },
)

test('what failed is looked at again without being asked, and taps that wait are told', async () => {
  const control = await Control.open({ store: behindFaults(store) })
  await control.set({ document: DOCUMENT, reason: 'begin' })
  failing = new Map([['audit', 'before']])
  await expect(edit(control, 1)).rejects.toThrow('the store refused')
  failing = new Map()
  await control.waiting.wait(30_000, new AbortController().signal)
  expect(control.revision).toMatch(/\.2$/)
  await control.close()
})

test('what another program changed is found, and taps that wait are told', async () => {
  const control = await Control.open({ store, follow_ms: 20 })
  const other = await Control.open({ store })
  const woken = control.waiting.wait(30_000, new AbortController().signal)
  const { revision } = await other.set({ document: DOCUMENT, reason: 'begin' })
  await woken
  expect(control.current()).toMatchObject({ revision, document: DOCUMENT })
  await control.close()
})

test('an entry that was taken away before a kill is not written again', async () => {
  const control = await Control.open({ store })
  await control.set({ document: DOCUMENT, reason: 'begin' })
  await edit(control, 1)
  await edit(control, 2)
  await store.command('ALTER TABLE tapmesh.audit DELETE WHERE seq >= 2 SETTINGS mutations_sync = 2')
  const restarted = await Control.open({ store })
  expect(await restarted.audit(10)).toMatchObject({ intact: false, broken_at: 2 })
  await edit(restarted, 3)
  expect(await restarted.audit(10)).toMatchObject({ intact: false, broken_at: 2 })
})

test('a document of another version sets nothing, and is said', async () => {
  const control = await Control.open({ store })
  await control.set({ document: DOCUMENT, reason: 'begin' })
  await store.command(
    "ALTER TABLE tapmesh.config UPDATE document = replace(document, 'timeouts', 'wormholes') WHERE number = 1 SETTINGS mutations_sync = 2",
  )
  const warnings: string[] = []
  const restarted = await Control.open({ store, onWarning: (text) => warnings.push(text) })
  expect(restarted.current()).toMatchObject({
    fault: expect.stringContaining('unknown key services.cart.wormholes'),
  })
  expect(restarted.stateFor(['cart'])).toMatchObject({ services: {}, revision: control.revision })
  expect(warnings).toHaveLength(1)
})

test('more changes than may wait are sent away at once', async () => {
  const control = await Control.open({ store })
  const ask = () => control.set({ document: DOCUMENT, reason: 'x', base_revision: 'aaaaaaaa.1' })
  const codes = await Promise.all(
    Array.from({ length: 130 }, () => ask().then(String, ({ code }: TapmeshError) => code)),
  )
  expect(codes.filter((code) => code === 'TAPMESH_CONFIG_CHANGED')).toHaveLength(100)
  expect(codes.filter((code) => code === 'TAPMESH_CONTROL_BUSY')).toHaveLength(30)
})
