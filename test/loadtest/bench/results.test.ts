import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { loadResults, saveResults, withoutPlaces } from '../../../loadtest/bench/results.ts'
import { resultsOf } from './support/results-of.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/results-`)
})
afterEach(() => rm(folder, { recursive: true }))

test('results come back in the order of the plan; files it does not know are left out', async () => {
  await saveResults(folder, resultsOf('graph', []))
  await saveResults(folder, resultsOf('saturation', []))
  await writeFile(`${folder}/old.json`, '{}')
  const loaded = await loadResults(folder, ['saturation', 'graph', 'disk'])
  expect(loaded.map(({ measure }) => measure)).toEqual(['saturation', 'graph'])
})

test('a folder that does not exist holds nothing', async () => {
  expect(await loadResults(`${folder}/none`, ['graph'])).toEqual([])
})

test('a command in the report names no place of the machine and no token', () => {
  const places = { folder: '/tmp/x-1', checkout: '/home/me/tapmesh' }
  expect(
    withoutPlaces(
      'taskset -c 0 /home/me/tapmesh/node_modules/node/bin/node /home/me/tapmesh/dist/tap.mjs --to 127.0.0.1:40123 --token 00ff /tmp/x-1/a.log',
      places,
    ),
  ).toBe('taskset -c 0 node dist/tap.mjs --to 127.0.0.1:PORT --token TOKEN TMP/a.log')
})
