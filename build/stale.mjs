import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const SKIPPED = new Set(['node_modules', 'dist', '.git'])

/** Every file below `path` (or itself), sorted, so that the hash does not depend on the directory's order. */
function filesBelow(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path)
    .filter((name) => !SKIPPED.has(name))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}

/**
 * SHA-256 over names and contents of everything a product is made from. Contents and not times,
 * because a checkout, a copy and a container layer all give files new times.
 */
export function hashOf(root, inputs) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of filesBelow(join(root, input))) {
      hash
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

/** A product is `{ name, builder, inputs, output, stamp }`, all paths relative to the root. */
export function isStale(root, product) {
  if (!existsSync(join(root, product.output))) return true
  const stamp = join(root, product.stamp)
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== hashOf(root, product.inputs)
}

/** Notes what the product was made from. `hash` is taken before the build, so that an edit during it makes the product stale again. */
export function markFresh(root, product, hash) {
  const stamp = join(root, product.stamp)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}
