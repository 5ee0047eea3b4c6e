import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditAnswer, ConfigAnswer } from '../../../model/enforcement.ts'
import { DATABASE } from '../../../store/tables.ts'
import { openTestStore, type Served, serveApi, TOKEN } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'
import { runTapmesh } from '../support/tapmesh-command.ts'

/** `tapmesh config` and `tapmesh audit` against the real API over a real store. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served
const folder = mkdtempSync(join(tmpdir(), 'tapmesh-config-'))

beforeEach(async () => {
  store = await openTestStore()
  served = await serveApi(store)
})
afterEach(async () => {
  await served.close()
  await store.remove()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) =>
  runTapmesh(args, { environment: { TAPMESH_API: served.url, TAPMESH_TOKEN: TOKEN, USER: 'ann' } })

const DOCUMENT = policyText(`  cart:
    timeouts: { mode: dry-run, request: 2s } # measured in May
    callers: { batch: { timeouts: { percent: 10 } } }
`)
const FILE = join(folder, 'policy.yaml')
writeFileSync(FILE, DOCUMENT)
const begin = () => run('config', 'set', FILE, '--reason', 'begin')

test('a mesh without a policy says so and how to begin', async () => {
  const ran = await run('config', 'get')
  expect(ran).toMatchObject({ exit: 0, error: '' })
  expect(ran.out).toMatch(/No policy is set.*tapmesh config set policy\.yaml --reason/s)
  expect((await run('config', 'history')).out).toContain('No policy is set')
  expect((await run('audit')).out).toBe('The audit has no entries yet.\n')
})

test('set: what changes, the revision; get: the document as it was set, who set it beside it', async () => {
  const ran = await begin()
  expect(ran).toMatchObject({ exit: 0, error: '' })
  expect(ran.out).toMatch(
    /^cart\.timeouts\n {2}- mode: disabled\n {2}\+ mode: dry-run\n.*revision [0-9a-f]{8}\.1\n$/s,
  )
  const got = await run('config', 'get')
  expect(got.out).toBe(DOCUMENT)
  expect(got.error).toMatch(/^revision [0-9a-f]{8}\.1, set 2026-09-21 \S+ by ann: begin\n$/)
  const { out } = await run('config', 'get', '--json')
  expect(JSON.parse(out)).toMatchObject({ document: DOCUMENT, actor: 'ann' } satisfies Partial<ConfigAnswer>)
})

test('one feature: its settings change, the comment stays; name= takes one out', async () => {
  await begin()
  const ran = await run('config', 'set', 'cart.timeouts', 'request=800ms', 'percent=5', '--reason', 'p99.9')
  expect(ran.out).toContain('  - request: 2s\n  + request: 800ms\n')
  expect((await run('config', 'get')).out).toContain('request: 800ms, percent: 5 } # measured in May')
  await run('config', 'set', 'cart.timeouts', 'percent=', '--caller', 'batch', '--reason', 'the same for all')
  expect((await run('config', 'get')).out).not.toContain('batch: { timeouts')
  expect((await run('config', 'get', 'cart.timeouts')).out).toMatch(/request +800ms +policy:5/)
  expect((await run('config', 'get', 'cart')).out).toMatch(/timeouts +all +dry-run +5/)
  expect((await run('config', 'get', 'cup')).exit).toBe(1)
})

test('diff with one file: what it would change in the running mesh', async () => {
  expect(await run('config', 'diff', FILE)).toMatchObject({ exit: 1 })
  await begin()
  expect(await run('config', 'diff', FILE)).toMatchObject({ exit: 0, out: 'Nothing changes for any call.\n' })
})

test('undo, history and an older revision', async () => {
  const [, first] = /revision (\S+)/.exec((await begin()).out)!
  await run('config', 'set', 'cart.timeouts', 'request=1s', '--reason', 'shorter', '--actor', 'bob')
  expect((await run('config', 'undo', '--reason', 'too short')).out).toMatch(
    /- request: 1s\n {2}\+ request: 2s/,
  )
  const { out } = await run('config', 'history')
  expect(
    out
      .split('\n')
      .slice(1, 4)
      .map((line) => line.split(/ {2,}/).slice(2)),
  ).toEqual([
    ['undo', 'ann', 'new', 'too short'],
    ['edit', 'bob', 'new', 'shorter'],
    ['set', 'ann', 'new', 'begin'],
  ])
  expect((await run('config', 'get', '--revision', first!)).out).toBe(DOCUMENT)
})

test.each([
  ['no reason', ['config', 'undo'], 64, 'TAPMESH_REASON_MISSING'],
  ['no file', ['config', 'set', 'nowhere.yaml', '--reason', 'x'], 64, 'TAPMESH_CONFIG_UNREADABLE'],
  ['no setting', ['config', 'set', 'cart.timeouts', 'percent', '--reason', 'x'], 64, 'TAPMESH_USAGE'],
  [
    'no feature',
    ['config', 'set', 'cart.timeout', 'percent=1', '--reason', 'x'],
    64,
    'Did you mean cart.timeouts?',
  ],
  [
    'a bad value',
    ['config', 'set', 'cart.timeouts', 'mode=on', '--reason', 'x'],
    64,
    'TAPMESH_CONFIG_INVALID',
  ],
  [
    'an old base',
    ['config', 'set', FILE, '--base', 'aaaaaaaa.1', '--reason', 'x'],
    1,
    'TAPMESH_CONFIG_CHANGED',
  ],
  ['nothing latched', ['config', 'rearm', 'cart.timeouts', '--reason', 'x'], 1, 'TAPMESH_NOT_FOUND'],
])('%s: the code and what to do', async (_what, args, exit, said) => {
  const ran = await run(...args)
  expect(ran).toMatchObject({ exit, out: '' })
  expect(ran.error).toContain(said)
})

test('a policy that denies everything has to be meant', async () => {
  const args = ['config', 'set', 'cart.authorization', 'mode=enforce', 'default=deny', '--reason', 'closed']
  expect(await run(...args)).toMatchObject({ exit: 64, error: expect.stringContaining('--yes-deny-all') })
  expect(await run(...args, '--yes-deny-all')).toMatchObject({ exit: 0 })
})

test('bypass: on and off for the whole mesh, said wherever the document is shown', async () => {
  await begin()
  expect((await run('config', 'bypass', 'on', '--reason', 'trouble')).out).toMatch(
    /revision [0-9a-f]{8}\.2\n$/,
  )
  expect(served.control.bypassed).toBe(true)
  expect((await run('config', 'get')).error).toContain('everything is switched off by hand (bypass)')
  expect(await run('config', 'bypass', 'maybe', '--reason', 'x')).toMatchObject({ exit: 64 })
  await run('config', 'bypass', 'off', '--reason', 'over')
  expect(served.control.bypassed).toBe(false)
})

test('audit: entries with before and after, and whether the chain holds', async () => {
  await begin()
  await run('config', 'set', 'cart.timeouts', 'request=1s', '--reason', 'shorter')
  const ran = await run('audit')
  expect(ran.exit).toBe(0)
  expect(ran.out).toMatch(
    /^2 {2}\S+ \S+ {2}edit by ann {2}revision \S+\n {4}shorter\n {4}- cart\.timeouts request: 2s\n/,
  )
  const verified = await run('audit', '--verify')
  expect(verified.out).toMatch(/^2 entries, each follows from the one before; newest hash [0-9a-f]{64}\n$/)
  await store.command(
    `ALTER TABLE ${DATABASE}.audit UPDATE actor = 'eve' WHERE seq = 1 SETTINGS mutations_sync = 2`,
  )
  expect(await run('audit', '--verify')).toMatchObject({
    ...{ exit: 1, out: 'The audit was changed: entry 1 does not follow from those before it.\n' },
  })
  const { out, exit } = await run('audit', '--json')
  expect([exit, (JSON.parse(out) as AuditAnswer).broken_at]).toEqual([1, 1])
})
