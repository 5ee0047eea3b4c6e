import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { TapmeshError } from '../model/error.ts'
import { ENGINE_CONFIG } from './engine-config.ts'
import { forgetPhantomTokens } from './phantom-tokens.ts'

/**
 * ClickHouse inside this process (chdb), behind @clickhouse/client like a server. It is loaded on
 * first use: a program that never opens the embedded store never maps its 540 MB.
 */
export interface Clients {
  writer: ClickHouseClient
  reader: ClickHouseClient
  /** Where the engine reads a block from; undefined for a server, which gets it in the request. */
  blockFile: ((token: string) => string) | undefined
  /** Ends what the clients stand on; call after closing them. */
  release(): void
}

interface Session {
  close(): void
}

interface Chdb {
  Session: new (path: string, options: { connectionArgs: string[] }) => Session
}

interface ChdbConnection {
  createChdbConnection(options: {
    path: string
  }): NonNullable<Parameters<typeof createClient>[0]> extends { connection?: infer C } ? C : never
}

function load<Module>(name: string): Module {
  try {
    return createRequire(import.meta.filename)(name) as Module
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_STORE_MISSING',
      `the embedded store (npm package chdb) cannot be loaded on ${process.platform}-${process.arch}`,
      'Run `npm install chdb`, or point CLICKHOUSE_URL at a ClickHouse server.',
      { cause },
    )
  }
}

const BLOCK_NAME = /^block-.*\.native$/

/** @throws TapmeshError TAPMESH_DATA_UNWRITABLE */
function prepareFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, 'engine.xml')
    writeFileSync(file, ENGINE_CONFIG, { mode: 0o600 })
    // A process that was killed may have left the block it was about to insert.
    for (const name of readdirSync(folder))
      if (BLOCK_NAME.test(name)) rmSync(join(folder, name), { force: true })
    return file
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOSPC') {
      throw new TapmeshError(
        'TAPMESH_DISK_FULL',
        `no space left to open the data folder ${folder}`,
        'Free some space, or name a data folder on another disk.',
        { cause },
      )
    }
    throw new TapmeshError(
      'TAPMESH_DATA_UNWRITABLE',
      `the data folder ${folder} cannot be created or written (${code ?? 'unknown cause'})`,
      'Give this user the right to write there, or name another data folder.',
      { cause },
    )
  }
}

/** Process that holds the data folder, from the file ClickHouse keeps there; undefined where none lives. */
function holder(folder: string): number | undefined {
  let pid: number
  try {
    pid = Number(/^PID: (\d+)/.exec(readFileSync(join(folder, 'status'), 'utf8'))?.[1])
  } catch {
    return undefined
  }
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined
  }
}

function openFault(folder: string, cause: unknown): TapmeshError {
  const pid = holder(folder)
  if (pid !== undefined) {
    return new TapmeshError(
      'TAPMESH_STORE_LOCKED',
      `the data folder ${folder} is open in another process (pid ${pid})`,
      `Stop that process, or name another data folder. Only one process may open a data folder.`,
      { cause },
    )
  }
  return new TapmeshError(
    'TAPMESH_STORE_UNAVAILABLE',
    `the embedded store in ${folder} cannot be opened: ${(cause as Error).message}`,
    'Look at the lines above this one; a damaged data folder can be moved away and a new one is made.',
    { cause },
  )
}

/**
 * Opens the data folder and two clients on sessions of their own: a read never waits for a write,
 * and no state of one reaches the other.
 * @throws TapmeshError TAPMESH_STORE_MISSING, TAPMESH_STORE_LOCKED, TAPMESH_DATA_UNWRITABLE,
 *   TAPMESH_DISK_FULL, TAPMESH_STORE_UNAVAILABLE
 */
export function openEmbedded(dataFolder: string): Clients {
  const { Session } = load<Chdb>('chdb')
  const { createChdbConnection } = load<ChdbConnection>('chdb/connection')
  const path = resolve(dataFolder)
  const config = prepareFolder(path)
  let keeper: Session
  try {
    if (holder(path) === undefined) forgetPhantomTokens(path)
    // The configuration counts only for the first session on a folder.
    keeper = new Session(path, { connectionArgs: [`--config-file=${config}`] })
  } catch (cause) {
    throw openFault(path, cause)
  }
  const client = (): ClickHouseClient => createClient({ connection: createChdbConnection({ path }) })
  const blockFile = (token: string): string =>
    join(path, `block-${token.replaceAll(/[^A-Za-z0-9-]/g, '_')}.native`)
  return { writer: client(), reader: client(), blockFile, release: () => keeper.close() }
}
