import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, TapmeshError } from '../../model/error.ts'
import { type Authority, makeAuthority, readAuthority } from './authority.ts'

/**
 * The folder `ca/` beside the data: `1.pem`, `2.pem`, each a key and its certificate in one file, so that
 * a crash leaves both or none. Nobody but the owner may read it.
 */

const NAME = /^([1-9][0-9]{0,5})\.pem$/

function unwritable(path: string, cause: unknown): TapmeshError {
  return new TapmeshError(
    'TAPMESH_DATA_UNWRITABLE',
    `cannot read or write ${path}: ${codeOf(cause)}`,
    'The CA of the mesh is kept there; run it as the user who owns the data folder.',
    { cause },
  )
}

/** @throws TapmeshError TAPMESH_CA_DAMAGED for one that cannot be read: taps trust it, so it is not passed over */
export async function readAuthorities(folder: string): Promise<Authority[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw unwritable(folder, cause)
  })
  return Promise.all(names.filter((name) => NAME.test(name)).map((name) => readOne(folder, name)))
}

async function readOne(folder: string, name: string): Promise<Authority> {
  const path = join(folder, name)
  try {
    await chmod(path, 0o600)
    return readAuthority(Number.parseInt(name, 10), await readFile(path, 'utf8'))
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_CA_DAMAGED',
      `the CA in ${path} cannot be read: ${(cause as Error).message}`,
      'Put the file back from a copy; or remove it, then taps that know this CA alone have to join again.',
      { cause },
    )
  }
}

/** Makes CA `number` and keeps it. Where another process was faster, its CA is taken. */
export async function addAuthority(folder: string, number: number, now_ms: number): Promise<Authority> {
  const text = await makeAuthority(number, now_ms)
  const name = `${number}.pem`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await put(join(folder, name), text)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return readOne(folder, name)
    throw unwritable(join(folder, name), cause)
  }
  return readAuthority(number, text)
}

/** The whole file or none: written beside, then given its name, which fails where the name is taken. */
async function put(path: string, text: string): Promise<void> {
  // A process id would not do: two containers with one folder may have the same.
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(beside, path)
  } finally {
    await rm(beside, { force: true })
  }
}
