import { stat } from 'node:fs/promises'
import { TapmeshError } from '../../model/error.ts'
import type { TapSettings } from '../settings.ts'
import { assemble, conflictsIn } from './assemble.ts'
import type { TapDocument } from './document.ts'
import { readFlags, readUrl } from './flags.ts'
import { findStateDir } from './state-dir.ts'
import { findToken } from './token.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A configuration file, and what it looked like just before it was read. */
export interface LoadedFile {
  path: string
  stamp: string
}

/** Settings, and the file they came from; or everything that is wrong, in one go. */
export type Loaded = { settings: TapSettings; file: LoadedFile | undefined } | { mistakes: TapmeshError[] }

/** Makes settings of the words behind `tapmesh tap`. Opens no port and changes nothing. */
export async function loadTapSettings(argv: readonly string[], env: Environment): Promise<Loaded> {
  const { document, config, mistakes, ...given } = readFlags(argv)
  if (mistakes.length > 0) return { mistakes }
  if (config === undefined) {
    const conflicts = conflictsIn(document).map(
      ({ message, hint }) => new TapmeshError('TAPMESH_USAGE', message, hint),
    )
    return conflicts.length > 0 ? { mistakes: conflicts } : finish(document, undefined, env, given)
  }
  const read = await readConfig(config)
  if ('mistakes' in read) return read
  const admin =
    document.admin?.port === undefined
      ? read.document.admin
      : { ...read.document.admin, port: document.admin.port }
  const url = document.collector?.url
  const collector = url === undefined ? read.document.collector : { ...read.document.collector, url }
  const control = document.control && { ...read.document.control, ...document.control }
  const identity = document.identity ?? read.document.identity
  const { workers = read.document.workers, watchdog = read.document.watchdog } = document
  const merged = {
    ...read.document,
    ...{ collector, admin, identity, workers, watchdog },
    ...(control ? { control } : {}),
  }
  return finish(merged, read.file, env, given)
}

/** Checks a file alone: `tapmesh config lint`, and every reload. */
export async function loadTapFile(file: string, env: Environment): Promise<Loaded> {
  const read = await readConfig(file)
  return 'mistakes' in read ? read : finish(read.document, read.file, env, {})
}

/** The readers of YAML and of the schema are loaded only where there is a file to read. */
async function readConfig(path: string) {
  const { readYamlFile } = await import('./yaml-file.ts')
  // Looked at first: a change while it is read then shows as a change.
  const stamp = await fileStamp(path)
  const read = await readYamlFile(path)
  return 'mistakes' in read ? read : { ...read, file: { path, stamp } }
}

/** Changes whenever the file does, also where it is put in place of another or behind a link; empty where it is gone. */
export async function fileStamp(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : ''
}

interface GivenToken {
  token?: string | undefined
  tokenFile?: string | undefined
}

/** A join token in the environment counts where nothing else is said. */
function withJoinToken(document: TapDocument, { TAPMESH_JOIN_TOKEN }: Environment): TapDocument {
  if (document.identity !== undefined || !TAPMESH_JOIN_TOKEN) return document
  return { ...document, identity: { joinToken: TAPMESH_JOIN_TOKEN } }
}

const NO_CONTROL = new TapmeshError(
  'TAPMESH_USAGE',
  'a join token is of no use without a collector, which signs the certificate',
  'Name it with --collector or TAPMESH_COLLECTOR; or take certificates from files: --identity-files.',
)

async function finish(
  read: TapDocument,
  file: LoadedFile | undefined,
  env: Environment,
  given: GivenToken,
): Promise<Loaded> {
  const document = withJoinToken(read, env)
  const { TAPMESH_COLLECTOR } = env
  const url = document.collector?.url ?? (TAPMESH_COLLECTOR || undefined)
  if (url === undefined) {
    const settings = assemble(document)
    return settings.identity?.kind === 'join' ? { mistakes: [NO_CONTROL] } : { settings, file }
  }
  if (readUrl(url) === undefined) {
    return {
      mistakes: [
        new TapmeshError(
          'TAPMESH_USAGE',
          'TAPMESH_COLLECTOR is not of the form http://127.0.0.1:7401',
          'Correct or unset it.',
        ),
      ],
    }
  }
  const { collector } = document
  const named = given.token !== undefined || given.tokenFile !== undefined
  const { token: before, tokenFile } = named ? given : (collector ?? {})
  try {
    const token = await findToken({ url, token: before, tokenFile }, env)
    const stateDir = findStateDir(document.control?.stateDir, env)
    const whole = {
      ...document,
      collector: { ...collector, url, token },
      control: { ...document.control, stateDir },
    }
    return { settings: assemble(whole), file }
  } catch (error) {
    return { mistakes: [error as TapmeshError] }
  }
}
