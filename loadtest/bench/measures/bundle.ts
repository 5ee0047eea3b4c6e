import { readFile } from 'node:fs/promises'
import type { Measure, Reading } from '../round/measure.ts'

const MANIFEST = new URL('../../../dist/ui/manifest.json', import.meta.url)

interface Manifest {
  files: Record<string, { gzip_bytes: number; first: boolean }>
}

export const bundle: Measure = {
  name: 'bundle',
  title: 'Size of the user interface',
  explanation:
    'What a browser loads from dist/ui before it draws the map (`ui`), and every file with all pages (`ui, all pages`), gzip at level 9, 1 kB is 1,000 bytes.',
  needs: ['bundle'],
  run: async () => readingsOf(JSON.parse(await readFile(MANIFEST, 'utf8')) as Manifest),
}

/** Sizes by the manifest that ui/build.mjs writes. */
export function readingsOf({ files }: Manifest): Reading[] {
  const all = Object.keys(files).sort()
  const reading = (subject: string, paths: readonly string[]): Reading => ({
    subject,
    quantity: 'gzip_kb',
    rounds: [paths.reduce((sum, path) => sum + files[path]!.gzip_bytes, 0) / 1000],
  })
  return [
    reading(
      'ui',
      all.filter((path) => files[path]!.first),
    ),
    reading('ui, all pages', all),
    ...all.map((path) => reading(path, [path])),
  ]
}
