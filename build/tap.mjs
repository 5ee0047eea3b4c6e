import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Builds the tap into one file that needs nothing but Node: `dist/tap.mjs`. Plain JavaScript for any
 * Node from 18 on, since the set-up step runs it before the repository's own Node is there.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * The head of the file: on an old Node it says in one line what is missing, in syntax that such a Node can parse.
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

/** What a tap needs later, if at all: the reader of YAML files, and the writer of /metrics. */
const LATER = /(?:^prom-client|\/yaml-file\.ts)$/

/**
 * A module with all that it imports as text, which is compiled when it is first asked for. Half of the file
 * is theirs; to look through it as code at each start costs 3 MiB of memory (docs/decisions/0018-process.md).
 * What is bundled so is bundled apart: it must share no state with the rest.
 * @type {import('esbuild').Plugin}
 */
const later = {
  name: 'later',
  setup(build) {
    build.onResolve({ filter: LATER }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import'
        ? { path: path.startsWith('.') ? join(resolveDir, path) : path, namespace: 'later' }
        : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'later' }, async ({ path }) => {
      const text = JSON.stringify(await moduleText(path))
      return {
        contents: `new Function('module', 'exports', 'require', ${text})(module, exports, require)`,
        loader: 'js',
      }
    })
  },
}

/** The body of a CommonJS module. */
async function moduleText(path) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(path)}`, resolveDir: root },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
  })
  return outputFiles[0].text
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
    plugins: [builtins, later],
    metafile: true,
    logLevel: 'error',
  })
  return { file, bytes: (await stat(file)).size, inputs: Object.keys(result.metafile.inputs) }
}
