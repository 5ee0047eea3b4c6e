import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Control } from '../../control/control.ts'
import { ServedFile } from '../../control/served-file.ts'
import { openTestStore } from '../support/mesh.ts'
import { policyText } from '../support/policy.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
let control: Control
let served: ServedFile | undefined
const folder = mkdtempSync(join(tmpdir(), 'tapmesh-served-'))
const path = join(folder, 'policy.yaml')
let warnings: string[]

beforeEach(async () => {
  store = await openTestStore()
  control = await Control.open({ store })
  warnings = []
})
afterEach(async () => {
  await served?.close()
  served = undefined
  rmSync(path, { force: true })
  await control.close()
  await store.remove()
})
afterAll(() => rmSync(folder, { recursive: true }))

const document = (request: string) =>
  policyText(`  cart: { timeouts: { mode: dry-run, request: ${request} } }\n`)
const open = async (denialAllowed = false) => {
  const onWarning = (text: string) => warnings.push(text)
  served = await ServedFile.open(control, { path, denialAllowed, onWarning })
  return served
}
/** As editors and configuration tools do it. */
const replace = (text: string) => {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

test('each content of the file is a revision; the same content again is none', async () => {
  replace(document('2s'))
  await open()
  expect(control.current()).toMatchObject({
    document: document('2s'),
    served_from: path,
    reason: 'file changed',
  })
  replace(document('1s'))
  await served!.look()
  expect(control.current()).toMatchObject({ document: document('1s') })
  const { revision } = control
  replace(document('1s'))
  await served!.look()
  expect(control.revision).toBe(revision)
  expect((await control.audit(10)).entries.map(({ action }) => action)).toEqual(['file', 'file'])
  expect(warnings).toEqual([])
})

test('a change is taken without being asked for', async () => {
  replace(document('2s'))
  await open()
  const changed = new Promise((resolve) => control.onChange(resolve))
  replace(document('1s'))
  await changed
  expect(control.current().document).toBe(document('1s'))
})

test('a bad file is refused whole and told once, with its line; what held before stays', async () => {
  replace(document('2s'))
  await open()
  replace(document('2s').replace('request', 'reqest'))
  await served!.look()
  await served!.look()
  expect(warnings).toEqual([expect.stringMatching(/policy\.yaml:4:\d+: unknown key .*Did you mean request/s)])
  expect(control.current().document).toBe(document('2s'))
  replace(document('3s'))
  await served!.look()
  expect(control.current().document).toBe(document('3s'))
})

test('a file that is not there yet is told, and taken when it is', async () => {
  await open()
  expect(warnings).toEqual([expect.stringMatching(/is not taken.*ENOENT/s)])
  expect(control.revision).toBe('0.0')
  replace(document('2s'))
  await served!.look()
  expect(control.current().document).toBe(document('2s'))
  rmSync(path)
  await served!.look()
  expect(control.current().document).toBe(document('2s'))
})

test('a file that denies everything is taken where that is meant', async () => {
  const denying = policyText('  cart: { authorization: { mode: enforce, default: deny } }\n')
  replace(denying)
  await open()
  expect(warnings).toEqual([expect.stringContaining('TAPMESH_DENIES_ALL')])
  await served!.close()
  await open(true)
  expect(control.current().document).toBe(denying)
})
