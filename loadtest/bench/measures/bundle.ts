import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Measure, Reading } from '../measure.ts'

const FOLDER = new URL('../../../dist/ui/', import.meta.url).pathname

export const bundle: Measure = {
  name: 'bundle',
  title: 'Size of the user interface',
  explanation:
    'Every file a browser loads from dist/ui (scripts, styles, page), gzip at its default level, 1 kB is 1,000 bytes.',
  needs: ['bundle'],
  run: async () => {
    const readings: Reading[] = []
    let total = 0
    for (const name of (await readdir(FOLDER, { recursive: true })).filter(isLoaded).sort()) {
      const size = gzipSync(await readFile(`${FOLDER}${name}`)).length / 1000
      total += size
      readings.push({ subject: name, quantity: 'gzip_kb', rounds: [size] })
    }
    return [{ subject: 'ui', quantity: 'gzip_kb', rounds: [total] }, ...readings]
  },
}

/** Whether a file of the build goes to the browser; source maps are for people with tools open. */
export function isLoaded(name: string): boolean {
  return /\.(js|mjs|css|html|svg|woff2)$/.test(name)
}
