import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { jsonText } from './json-text.ts'
import type { Results } from './round/measure.ts'

/** Results files: one JSON for each measure, the last run's. */

export async function saveResults(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/${results.measure}.json`, `${jsonText(results)}\n`)
}

/** All results there are, in the order of these names; files of measures that no longer exist are left out. */
export async function loadResults(folder: string, names: readonly string[]): Promise<Results[]> {
  const files = new Set(await readdir(folder).catch(() => [] as string[]))
  const all: Results[] = []
  for (const name of names) {
    if (!files.has(`${name}.json`)) continue
    all.push(JSON.parse(await readFile(`${folder}/${name}.json`, 'utf8')) as Results)
  }
  return all
}

/**
 * Takes the places of this run out of a command: the temporary folder, the checkout, kept
 * stores and the free ports differ from run to run, and a report should say what to type.
 */
export function withoutPlaces(
  command: string,
  places: { folder: string; checkout: string; stores?: string | undefined },
): string {
  return command
    .replaceAll(places.folder, 'TMP')
    .replaceAll(places.stores ?? places.folder, 'STORES')
    .replaceAll(`${places.checkout}/`, '')
    .replaceAll(/[^ ]*node_modules\/[^ ]*bin\/node(?= )/g, 'node')
    .replaceAll(/\b127\.0\.0\.1:[0-9]{4,5}\b/g, '127.0.0.1:PORT')
    .replaceAll(/(\.ts|TMP\/\S+\.log) [0-9]{4,5}\b/g, '$1 PORT')
    .replaceAll(/--token [0-9a-f]+/g, '--token TOKEN')
}
