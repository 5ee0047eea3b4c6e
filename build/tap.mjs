import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Builds the tap into one file that needs nothing but Node: `dist/tap.mjs`. Plain JavaScript for any
 * Node from 18 on, since the set-up step runs it before the repository's own Node is there.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * The head of the file: an old Node is told what is missing, in one line and in words that it can read.
 * Bundled CommonJS packages ask for Node's own modules by require.
 */
const BANNER = [
  '#!/usr/bin/env node',
  "import { createRequire as tapmeshCreateRequire } from 'node:module';",
  "var tapmeshNode = process.versions.node.split('.').map(Number);",
  'if (tapmeshNode[0] < 22 || (tapmeshNode[0] === 22 && tapmeshNode[1] < 15)) {',
  "  process.stderr.write('tapmesh needs Node 22.15 or newer; ' + process.execPath + ' is ' + process.versions.node + ' (TAPMESH_NODE_OLD)\\n');",
  '  process.exit(69);',
  '}',
  'const require = tapmeshCreateRequire(import.meta.url);',
].join('\n')

/**
 * Node's own modules by `process.getBuiltinModule` in place of `import`: an import makes Node read
 * every export of the module, and reading those of node:http loads its whole fetch (55 ms here).
 * @type {import('esbuild').Plugin}
 */
const builtins = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }))
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      loader: 'js',
    }))
  },
}

/**
 * @param {{ outfile?: string, minify?: boolean }} [options]
 * @returns {Promise<{ file: string, bytes: number, inputs: string[] }>} the file, its size, and the sources it is made of, relative to the repository
 */
export async function buildTap(options = {}) {
  const { build } = await import('esbuild')
  const file = options.outfile ?? join(root, 'dist', 'tap.mjs')
  await mkdir(dirname(file), { recursive: true })
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['tap-proxy/main.ts'],
    outfile: file,
    bundle: true,
    // Loaded where they are installed, and only when spans are to be forwarded (forward/exporter.ts) or
    // certificates are used (identity/x509.ts): inside they would nearly double the file.
    external: [
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/resources',
      '@peculiar/x509',
      'reflect-metadata',
    ],
    platform: 'node',
    format: 'esm',
    // Newer syntax would keep an old Node from reading even the head.
    target: 'node18',
    minify: options.minify ?? true,
    keepNames: false,
    legalComments: 'none',
    banner: { js: BANNER },
    plugins: [builtins],
    metafile: true,
    logLevel: 'error',
  })
  return { file, bytes: (await stat(file)).size, inputs: Object.keys(result.metafile.inputs) }
}
