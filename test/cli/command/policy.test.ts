import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { policyText } from '../../support/policy.ts'
import { runTapmesh } from '../support/tapmesh-command.ts'

/** The commands about policies, run in this process as the program runs them. */
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-policy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(name: string, services: string): string {
  const path = join(folder, name)
  writeFileSync(path, policyText(services))
  return path
}

const run = (...args: string[]) => runTapmesh(args)

test('lint knows a policy, says how much it sets and when it acts', async () => {
  const file = written('well.yaml', '  cart: { timeouts: { mode: enforce, request: 2s } }\n')
  const ran = await run('config', 'lint', file)
  expect(ran).toMatchObject({ exit: 0, error: '' })
  expect(ran.out).toContain('policy for 1 services, features: 1 enforce')
  expect(ran.out).toContain('acts once it is set')
  const { out } = await run('config', 'lint', '--json', file)
  expect(JSON.parse(out)).toMatchObject({ services: { cart: { timeouts: { request: 2_000_000 } } } })
})

test('a mistake: file, line, column, key, did you mean, 64', async () => {
  const file = written('bad.yaml', '  cart:\n    timeouts: { mode: dry-run, reqest: 2s }\n')
  const ran = await run('config', 'lint', file)
  expect(ran.exit).toBe(64)
  expect(ran.error).toContain(`${file}:5:32: unknown key services.cart.timeouts.reqest`)
  expect(ran.error).toContain('Did you mean request?')
})

test('explain: value, and the line that said so', async () => {
  const file = written('explain.yaml', '  cart:\n    timeouts: { mode: dry-run, request: 2s }\n')
  const ran = await run('config', 'explain', 'cart.timeouts', file)
  expect(ran.out).toMatch(/request +2s +\S+explain\.yaml:5/)
  expect(ran.out).toMatch(/percent +100 +default/)
  expect((await run('config', 'explain', 'cart.timeout', file)).exit).toBe(64)
  expect((await run('config', 'explain', 'cup.timeouts', file)).exit).toBe(1)
})

test('diff: 1 and what changes, 0 where nothing does', async () => {
  const before = written('before.yaml', '  cart: { timeouts: { mode: dry-run, request: 2s } }\n')
  const after = written('after.yaml', '  cart: { timeouts: { mode: dry-run, request: 1s } }\n')
  const ran = await run('config', 'diff', before, after)
  expect(ran).toMatchObject({ exit: 1, out: 'cart.timeouts\n  - request: 2s\n  + request: 1s\n' })
  expect(await run('config', 'diff', before, before)).toMatchObject({
    exit: 0,
    out: 'Nothing changes for any call.\n',
  })
})
