/**
 * Builds the UI into dist/ui: index.html, scripts and a style sheet with hashed names, and
 * manifest.json with every file's size. The frame and the map are the first script; every other page
 * and what the map rarely needs are files of their own, fetched when they are first shown. Plain
 * JavaScript, so that any Node from 18 on can run it.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))

/** What a browser loads before it can draw the map, gzipped; the build fails beyond it. */
export const FIRST_GZIP_BYTES_MAX = 60_000
/** All files together, gzipped; the build fails beyond it. */
export const TOTAL_GZIP_BYTES_MAX = 150_000

const DYNAMIC_IMPORT = /\bimport\(\s*'(\.[^']+)'\s*\)/g

/**
 * esbuild makes a file of its own for every set of pages that share a module, which for what the
 * first script needs is two dozen small files. Here every part that is fetched later says that it
 * needs the first script, as it always does: so all of that stays one file.
 */
const oneFirstScript = {
  name: 'one-first-script',
  setup(made) {
    const later = new Set()
    // Known before anything is loaded: a part may also be met by an ordinary import first.
    made.onStart(async () => {
      for (const file of await readdir(here, { recursive: true })) {
        if (!/\.tsx?$/.test(file)) continue
        const source = await readFile(join(here, file), 'utf8')
        for (const [, path] of source.matchAll(DYNAMIC_IMPORT)) later.add(join(here, dirname(file), path))
      }
    })
    made.onLoad({ filter: /\.tsx$/ }, async ({ path }) => {
      if (!later.has(path)) return undefined
      const contents = `import ${JSON.stringify(join(here, 'main.tsx'))}\n${await readFile(path, 'utf8')}`
      return { contents, loader: 'tsx' }
    })
  },
}

async function bundle(minify) {
  const result = await build({
    entryPoints: {
      app: join(here, 'main.tsx'),
      style: join(here, 'style', 'all.css'),
      later: join(here, 'style', 'later.css'),
    },
    bundle: true,
    splitting: true,
    plugins: [oneFirstScript],
    metafile: true,
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
    chunkNames: '[name]-[hash]',
    legalComments: 'none',
    charset: 'utf8',
    write: false,
    absWorkingDir: here,
    logLevel: 'silent',
  })
  const files = result.outputFiles.map((file) => ({
    path: `assets/${basename(file.path)}`,
    body: Buffer.from(file.contents),
  }))
  return { files, scripts: firstScripts(result.metafile) }
}

/** The entry script and every file that it imports before it can run, entry first. */
function firstScripts({ outputs }) {
  const first = Object.keys(outputs).filter((path) => outputs[path].entryPoint === 'main.tsx')
  for (const path of first) {
    const wanted = outputs[path].imports.filter((it) => it.kind === 'import-statement')
    first.push(...wanted.map((it) => it.path).filter((it) => !first.includes(it)))
  }
  return first
}

async function pageOf(scripts, style, later) {
  const template = await readFile(join(here, 'index.html'), 'utf8')
  const [entry, ...others] = scripts
  const preloads = others.map((path) => `<link rel="modulepreload" href="/${path}">`)
  return template
    .replace('%SCRIPT%', `/${entry}`)
    .replace('%STYLE%', `/${style}`)
    .replace('%LATER_STYLE%', `/${later}`)
    .replace('%PRELOADS%', preloads.join('\n    '))
}

/**
 * @param {{ outdir?: string, minify?: boolean }} [options]
 * @returns {Promise<import('./build.d.mts').UiManifest>} the manifest
 */
export async function buildUi(options = {}) {
  const outdir = options.outdir ?? join(here, '..', 'dist', 'ui')
  const minify = options.minify ?? true
  const { files, scripts } = await bundle(minify)
  const named = (start) => files.find((file) => file.path.startsWith(`assets/${start}-`))?.path ?? ''
  const [style, later] = [named('style'), named('later')]
  files.push({ path: 'assets/icon.svg', body: await readFile(join(here, 'icon.svg')) })
  files.push({ path: 'index.html', body: Buffer.from(await pageOf(scripts, style, later)) })
  const first = new Set([...scripts, style, 'assets/icon.svg', 'index.html'])
  const manifest = { files: {}, first_gzip_bytes: 0, gzip_bytes: 0 }
  for (const { path, body } of files) {
    const gzip_bytes = gzipSync(body, { level: 9 }).length
    manifest.files[path] = { bytes: body.length, gzip_bytes, first: first.has(path) }
    manifest.gzip_bytes += gzip_bytes
    if (first.has(path)) manifest.first_gzip_bytes += gzip_bytes
  }
  if (minify) checkSize(manifest)
  await writeAll(outdir, files, manifest)
  return manifest
}

function checkSize({ first_gzip_bytes, gzip_bytes }) {
  const over = (what, bytes, limit) => {
    if (bytes > limit) throw new Error(`${what} weighs ${bytes} bytes gzipped, more than ${limit}`)
  }
  over('what the map needs', first_gzip_bytes, FIRST_GZIP_BYTES_MAX)
  over('the whole UI', gzip_bytes, TOTAL_GZIP_BYTES_MAX)
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
  buildUi().then(({ first_gzip_bytes, gzip_bytes }) =>
    console.log(`ui built, the map ${first_gzip_bytes} bytes gzipped, everything ${gzip_bytes}`),
  )
}
