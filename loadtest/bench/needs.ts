import { existsSync } from 'node:fs'
import { versionOf } from './process/version.ts'
import type { Need } from './round/measure.ts'

const HERE = (path: string) => new URL(`../../${path}`, import.meta.url).pathname

/** What to do where a need is missing. */
const REMEDY: Readonly<Record<Need, string>> = {
  wrk: 'wrk is not installed (apt-get install wrk)',
  nginx: 'nginx, which is also the backend, is not installed (apt-get install nginx)',
  tap: 'dist/tap.mjs is missing (npm run build)',
  collector: 'cli/tapmesh.mjs or the embedded store is missing (npm ci)',
  picture: 'picture/layout.ts is missing',
  bundle: 'dist/ui is missing (npm run build)',
}

/** Why a measure cannot run, or undefined where it can. */
export async function lack(needs: readonly Need[]): Promise<string | undefined> {
  for (const need of needs) if (!(await present(need))) return REMEDY[need]
  return undefined
}

async function present(need: Need): Promise<boolean> {
  switch (need) {
    case 'wrk':
    case 'nginx':
      return (await versionOf(need, '-v')) !== undefined
    case 'tap':
      return existsSync(HERE('dist/tap.mjs'))
    case 'collector':
      return existsSync(HERE('cli/tapmesh.mjs')) && existsSync(HERE('node_modules/chdb'))
    case 'picture':
      return existsSync(HERE('picture/layout.ts'))
    case 'bundle':
      return existsSync(HERE('dist/ui'))
  }
}
