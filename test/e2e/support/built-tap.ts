import { execFile } from 'node:child_process'
import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const BUILDER = join(ROOT, 'build', 'tap.mjs')

/** When the newest of the tap's sources was changed, milliseconds. */
async function sourcesChanged(): Promise<number> {
  let newest = (await stat(BUILDER)).mtimeMs
  for (const folder of [
    'tap-proxy',
    'wire',
    'net',
    'protocol',
    'document',
    'policy',
    'identity',
    'export',
    'model',
  ]) {
    for (const entry of await readdir(join(ROOT, folder), { recursive: true })) {
      newest = Math.max(newest, (await stat(join(ROOT, folder, entry))).mtimeMs)
    }
  }
  return newest
}

/** Builds the single-file tap. The builder is plain ESM, which jest's CommonJS cannot import. */
export async function buildTapInto(outfile: string): Promise<void> {
  const script = `import(${JSON.stringify(BUILDER)}).then((m) => m.buildTap({ outfile: ${JSON.stringify(outfile)} }))`
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
}

let ready: Promise<string> | undefined

/** The single-file tap of the present sources: it starts several times quicker than they do. */
export function builtTap(): Promise<string> {
  ready ??= (async () => {
    const file = join(ROOT, 'dist', 'tap-under-test.mjs')
    const built = await stat(file).catch(() => undefined)
    if (built && built.mtimeMs > (await sourcesChanged())) return file
    const own = join(ROOT, 'dist', `tap-under-test-${process.pid}.mjs`)
    await buildTapInto(own)
    // Put in place at once, since other workers may be starting it.
    await rename(own, file)
    return file
  })()
  return ready
}
