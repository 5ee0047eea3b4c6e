import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hashOf, isStale, markFresh } from './stale.mjs'

/**
 * What is built from sources, and from which. `build` names the function the builder exports. A
 * published package carries the products without their builders, which is why a missing builder
 * means that there is nothing to do.
 */
export const PRODUCTS = [
  {
    name: 'ui',
    title: 'Building the user interface',
    builder: 'ui/build.mjs',
    build: 'buildUi',
    inputs: ['ui', 'model', 'graph-api/contract.ts', 'picture', 'package-lock.json'],
    output: 'dist/ui',
    stamp: 'dist/.stamp-ui',
  },
  {
    name: 'tap',
    title: 'Building the single-file tap',
    builder: 'build/tap.mjs',
    build: 'buildTap',
    inputs: [
      'tap-proxy',
      'wire',
      'net',
      'protocol',
      'document',
      'policy',
      'identity',
      'export',
      'model',
      'build/tap.mjs',
      'package-lock.json',
    ],
    output: 'dist/tap.mjs',
    stamp: 'dist/.stamp-tap',
  },
]

export function staleProducts(root, { all = false } = {}) {
  return PRODUCTS.filter(
    (product) => existsSync(join(root, product.builder)) && (all || isStale(root, product)),
  )
}

/** Builds one product in this process; run under the repository's Node (build/make.mjs). */
export async function buildProduct(root, name) {
  const product = PRODUCTS.find((candidate) => candidate.name === name)
  if (product === undefined) throw new Error(`no product is called ${name}`)
  const hash = hashOf(root, product.inputs)
  const builder = await import(pathToFileURL(join(root, product.builder)).href)
  await builder[product.build]()
  markFresh(root, product, hash)
}
