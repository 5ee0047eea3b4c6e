/** Builds the products named on the command line; started by the set-up step under the repository's own Node. */
import { join } from 'node:path'
import { buildProduct } from './product.mjs'

const root = join(import.meta.dirname, '..')
for (const name of process.argv.slice(2)) await buildProduct(root, name)
