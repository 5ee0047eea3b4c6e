import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readFolder } from '../support/house/tree.ts'

/** What goes into the image, by name; a checkout also holds tokens, keys and recorded calls. */

const lines = (file: string) => readFileSync(join(ROOT, file), 'utf8').split('\n')
const copied = lines('deploy/Dockerfile').flatMap((line) => {
  const [word, ...paths] = line.split(' ')
  return word === 'COPY' && !line.includes('--from=') ? paths.slice(0, -1) : []
})
const ignored = lines('.dockerignore').filter((line) => line !== '' && !line.startsWith('#'))
const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))

test('everything is copied by name, and nothing else reaches the builder', () => {
  expect(copied.filter((path) => !existsSync(join(ROOT, path)) || /^\.|\*/.test(path))).toEqual([])
  expect([...copied].sort()).toEqual([...allowed].sort())
  expect(ignored[0]).toBe('*')
  expect(ignored.slice(-4)).toEqual(['**/.tapmesh', '**/node_modules', '**/dist', '**/*.log'])
})

test('what the image runs imports nothing that is left out', () => {
  const outside = copied
    .filter((path) => statSync(join(ROOT, path)).isDirectory())
    .flatMap(readFolder)
    .flatMap(({ imports }) => imports.map(({ target }) => target))
    .filter(
      (path) =>
        existsSync(join(ROOT, path)) && !copied.includes(path.split('/')[0]!) && !copied.includes(path),
    )
  expect(outside).toEqual([])
})
