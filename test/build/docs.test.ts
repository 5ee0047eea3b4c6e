import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GENERATED_PAGES } from '../../build/docs.ts'

test.each(Object.keys(GENERATED_PAGES))('%s is fresh (npm run docs)', (path) => {
  expect(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')).toBe(GENERATED_PAGES[path]!())
})
