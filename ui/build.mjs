/**
 * Builds the UI into dist/ui: index.html, one script and one style sheet with hashed names, and
 * manifest.json with every file's size. Plain JavaScript, so that any Node from 18 on can run it.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))

/** The whole UI, gzipped, may weigh this much; the build fails beyond it. */
export const GZIP_BYTES_MAX = 60_000

async function bundle(minify) {
  const result = await build({
    entryPoints: { app: join(here, 'main.tsx'), style: join(here, 'style', 'all.css') },
    bundle: true,
    minify,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Animated zooming is never used; see map/still.ts.
    alias: {
      'd3-transition': join(here, 'map', 'still.ts'),
      'd3-interpolate': join(here, 'map', 'still.ts'),
    },
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    legalComments: 'none',
    charset: 'utf8',
    write: false,
    absWorkingDir: here,
    logLevel: 'silent',
  })
  return result.outputFiles.map((file) => ({
    path: `assets/${basename(file.path)}`,
    body: Buffer.from(file.contents),
  }))
}

/**
 * @param {{ outdir?: string, minify?: boolean }} [options]
 * @returns {Promise<{ files: Record<string, { bytes: number, gzip_bytes: number }>, gzip_bytes: number }>} the manifest
 */
export async function buildUi(options = {}) {
  const outdir = options.outdir ?? join(here, '..', 'dist', 'ui')
  const files = await bundle(options.minify ?? true)
  const named = (end) => files.find((file) => file.path.endsWith(end))?.path ?? ''
  const template = await readFile(join(here, 'index.html'), 'utf8')
  const icon = await readFile(join(here, 'icon.svg'))
  files.push({ path: 'assets/icon.svg', body: icon })
  files.push({
    path: 'index.html',
    body: Buffer.from(
      template.replace('%SCRIPT%', `/${named('.js')}`).replace('%STYLE%', `/${named('.css')}`),
    ),
  })
  const manifest = { files: {}, gzip_bytes: 0 }
  for (const { path, body } of files) {
    const gzip_bytes = gzipSync(body, { level: 9 }).length
    manifest.files[path] = { bytes: body.length, gzip_bytes }
    manifest.gzip_bytes += gzip_bytes
  }
  if (manifest.gzip_bytes > GZIP_BYTES_MAX && (options.minify ?? true)) {
    throw new Error(`the UI weighs ${manifest.gzip_bytes} bytes gzipped, more than ${GZIP_BYTES_MAX}`)
  }
  await writeAll(outdir, files, manifest)
  return manifest
}

/** Writes beside the old build and swaps, so that a server never sees half of one. */
async function writeAll(outdir, files, manifest) {
  const fresh = `${outdir}.${process.pid}`
  await mkdir(join(fresh, 'assets'), { recursive: true })
  for (const { path, body } of files) await writeFile(join(fresh, path), body)
  await writeFile(join(fresh, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await rm(outdir, { recursive: true, force: true })
  await rename(fresh, outdir)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  buildUi().then(({ gzip_bytes }) => console.log(`ui built, ${gzip_bytes} bytes gzipped`))
}
