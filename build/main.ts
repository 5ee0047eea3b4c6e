import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GENERATED_PAGES } from './docs.ts'

/** `npm run docs`: writes every generated file. */
for (const [path, text] of Object.entries(GENERATED_PAGES)) {
  const file = join(import.meta.dirname, '..', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text())
  console.log(`wrote ${path}`)
}
