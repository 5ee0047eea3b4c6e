import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GENERATED_PAGES } from './docs.ts'

/** `npm run docs`: writes the generated pages of docs/. */
for (const [path, text] of Object.entries(GENERATED_PAGES)) {
  writeFileSync(join(import.meta.dirname, '../..', path), text())
  console.log(`wrote ${path}`)
}
