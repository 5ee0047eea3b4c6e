/**
 * Writes into package-lock.json the optional packages of other platforms that npm left out. A
 * registry that does not mirror every platform's build makes `npm install` drop them silently, and
 * after that `npm ci` refuses the lock everywhere ("Missing: … from lock file"). Their versions are
 * exact in the package that asks for them; npm skips them where os and cpu do not fit.
 *
 *     node build/complete-lock.mjs        after npm install
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']
const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/

/** System, processor and C library out of a name like `core-linux-arm-gnueabihf`. */
export function platformOf(name) {
  const words = name.split(/[/-]/)
  const os = words.find((word) => SYSTEMS.includes(word))
  const cpu = words.find((word) => PROCESSORS.includes(word))
  if (os === undefined || cpu === undefined) return undefined
  const ending = words.at(-1)
  const libc =
    os !== 'linux'
      ? undefined
      : ending.startsWith('musl')
        ? 'musl'
        : ending.startsWith('gnu')
          ? 'glibc'
          : undefined
  return { os: [os], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) }
}

/** Optional dependencies that no entry of the lock satisfies, each with its exact version and platform. */
export function missingOptional(lock) {
  const paths = Object.keys(lock.packages)
  const found = new Map()
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const known = paths.some(
        (other) => other === `node_modules/${name}` || other.endsWith(`/node_modules/${name}`),
      )
      const platform = platformOf(name)
      if (known || platform === undefined || !EXACT.test(version)) continue
      found.set(`node_modules/${name}`, {
        version,
        ...platform,
        ...(lock.packages[path].dev ? { dev: true } : {}),
        optional: true,
      })
    }
  }
  return found
}

/** The lock with the missing entries, its packages in npm's order. */
export function completeLock(lock) {
  const packages = { ...lock.packages, ...Object.fromEntries(missingOptional(lock)) }
  const order = Object.keys(packages).sort((a, b) => a.localeCompare(b, 'en'))
  return { ...lock, packages: Object.fromEntries(order.map((path) => [path, packages[path]])) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url))
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const missing = missingOptional(lock)
  if (missing.size > 0) writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`)
  process.stdout.write(`${missing.size} entries added to package-lock.json\n`)
}
