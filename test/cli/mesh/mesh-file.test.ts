import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadMeshFile } from '../../../cli/mesh/mesh-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapmesh-mesh-file-'))
const file = join(folder, 'mesh.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

const load = (text: string) => {
  writeFileSync(file, text)
  return loadMeshFile(file)
}

test('an entry is one objective for each thing it promises', async () => {
  const { slos } = await load(`slos:
  - service: checkout
    availability: 99.9
    latency: { threshold: 300ms, percent: 99 }
    window: 7d
  - { service: cart, availability: 99.95 }
`)
  expect(slos).toEqual([
    { service: 'checkout', sli: 'availability', objective: 0.999, threshold_us: 0, window_s: 604_800 },
    { service: 'checkout', sli: 'latency', objective: 0.99, threshold_us: 300_000, window_s: 604_800 },
    { service: 'cart', sli: 'availability', objective: 0.9995, threshold_us: 0, window_s: 2_592_000 },
  ])
})

test("an empty file promises nothing; the demo's is well", async () => {
  expect(await load('')).toEqual({ slos: [] })
  const demo = await loadMeshFile(join(import.meta.dirname, '../../../demo/mesh.yaml'))
  expect(demo.slos.map(({ service }) => service)).toContain('checkout')
})

test('where spans go, with the usual share where none is given', async () => {
  const forward = async (text: string) =>
    (await load(`otlp: { endpoint: "http://127.0.0.1:4318"${text} }`)).forward
  expect(await forward('')).toEqual({ endpoint: 'http://127.0.0.1:4318', sample: 0.01 })
  expect(await forward(', sample: 0.5')).toEqual({ endpoint: 'http://127.0.0.1:4318', sample: 0.5 })
  await expect(forward(', sample: 2')).rejects.toThrow(/otlp\.sample/)
  await expect(load('otlp: { endpoint: nowhere }')).rejects.toThrow(/otlp\.endpoint/)
})

test('every mistake is told with its line, in one go', async () => {
  const bad = load(`slos:
  - service: checkout
    availabilty: 99.9
  - service: cart
    availability: 100
    window: 30m
  - latency: { threshold: 0, percent: 99 }
slo: []
`)
  await expect(bad).rejects.toMatchObject({ code: 'TAPMESH_CONFIG_INVALID' })
  const message = await bad.catch((error: Error) => error.message)
  expect(message).toMatch(
    /mesh\.yaml:3:5: unknown key slos\[0\]\.availabilty .*\n {2}Did you mean availability\?/,
  )
  expect(message).toMatch(/mesh\.yaml:5:5: slos\[1\]\.availability: must be below 100/)
  expect(message).toMatch(/mesh\.yaml:6:5: slos\[1\]\.window: "30m" is not a length from 1h to 400d/)
  expect(message).toMatch(/mesh\.yaml:7:\d+: slos\[2\]\.service: this key is needed here/)
  expect(message).toMatch(/mesh\.yaml:7:\d+: slos\[2\]\.latency\.threshold: 0 is not a duration/)
  expect(message).toMatch(/mesh\.yaml:8:1: unknown key slo .*\n {2}Did you mean slos\?/)
})

test.each([
  ['slos:\n  - service: a', /:2:5: slos\[0\]: promises nothing/],
  [
    'slos:\n  - { service: a, availability: 99 }\n  - { service: a, availability: 98 }',
    /a second entry for a/,
  ],
  ['slos: 7', /slos: /],
])('%j is refused', async (text, message) => {
  const error = await load(text).catch((caught: Error) => caught)
  const { describeError } = await import('../../../model/error.ts')
  expect(describeError(error)).toMatch(message)
})

test('a file that is not there is named', async () => {
  await expect(loadMeshFile(join(folder, 'none.yaml'))).rejects.toMatchObject({
    code: 'TAPMESH_CONFIG_UNREADABLE',
    place: { file: join(folder, 'none.yaml') },
  })
})
