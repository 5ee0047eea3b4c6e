import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { featureRegistry, REGISTRY_PATH } from './feature-registry.ts'

/** `npm run docs`: writes every generated file. */

function write(path: string, text: string): void {
  const file = join(import.meta.dirname, '..', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(`wrote ${path}`)
}

// The pages ask the modules of all features, which this file lists.
write(REGISTRY_PATH, featureRegistry())
const { GENERATED_PAGES } = await import('./docs.ts')
for (const [path, text] of Object.entries(GENERATED_PAGES)) if (path !== REGISTRY_PATH) write(path, text())
