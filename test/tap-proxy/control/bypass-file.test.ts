import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchBypassFile } from '../../../tap-proxy/control/bypass-file.ts'
import { until } from '../support/stub-collector.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bypass-file-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('known before the watch returns, then as it comes and goes, whatever it is', async () => {
  const file = join(folder, 'bypass')
  await writeFile(file, '')
  let there: boolean | undefined
  const stop = watchBypassFile(file, (now) => {
    there = now
  })
  expect(there).toBe(true)
  await rm(file)
  await until('the end of the file', () => there === false)
  await mkdir(file)
  await until('the folder', () => there === true)
  await rm(folder, { recursive: true })
  await until('the end of all of it', () => there === false)
  stop()
})
