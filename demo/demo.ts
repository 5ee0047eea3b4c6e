import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApi } from '../cli/client/api.ts'
import type { Mesh } from '../cli/mesh/mesh.ts'
import { openMesh } from '../cli/mesh/mesh.ts'
import { loadMeshFile } from '../cli/mesh/mesh-file.ts'
import { codeOf, TapmeshError } from '../model/error.ts'
import type { JoinTokenAnswer } from '../model/identity.ts'
import type { Fleet } from './fleet.ts'
import { startFleet } from './fleet.ts'
import { canBind } from './loopback.ts'
import { demoFolder, type NoteOfDemo, noteFile, readNote } from './note.ts'
import { openRemote } from './remote.ts'

/** The demo as one thing: collector, API and UI in this process, the shop and its taps beside it. */

export interface DemoOptions {
  /** Data folder of tapmesh; the demo keeps to its subfolder `demo`. */
  home: string
  /** Undefined: the usual port, or any free one where it is taken. */
  port: number | undefined
  collectorPort: number | undefined
  fresh: boolean
  tapProgram: string
  onStep(text: string): void
  onNote(text: string): void
}

export interface Demo {
  readonly mesh: Mesh
  readonly fleet: Fleet
  /** When the first tap could have recorded something. */
  readonly since: Date
  stop(): Promise<void>
}

const API_PORT = 7400
const COLLECTOR_PORT = 7401

/** The demo's taps take any free port; Prometheus finds them here (dashboards/prometheus.yml). */
const SCRAPE_FILE = 'prometheus-targets.json'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** @throws TapmeshError TAPMESH_STORE_LOCKED where a demo runs in that folder already */
async function refuseSecond(home: string): Promise<void> {
  const note = readNote(demoFolder(home))
  if (note === undefined || note.pid === process.pid || !isAlive(note.pid)) return
  // Process ids are used again after a while; only something that answers there is a running demo.
  const answers = await fetch(`${note.api}/api/v1/status`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  )
  if (!answers) return
  throw new TapmeshError(
    'TAPMESH_STORE_LOCKED',
    `a demo is running here already, as process ${note.pid}`,
    `Look at ${note.api}/map, or end it first: kill ${note.pid}`,
  )
}

/** The wanted port; without a wish the usual one where it is free, else any. */
async function choosePort(
  wish: number | undefined,
  usual: number,
  onNote: (text: string) => void,
): Promise<number> {
  if (wish !== undefined) return wish
  if (await canBind('127.0.0.1', usual)) return usual
  onNote(`Port ${usual} is taken by another program, so another free one is used.`)
  return 0
}

function prepareFolder(home: string, fresh: boolean): string {
  const folder = demoFolder(home)
  try {
    if (fresh) rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_DATA_UNWRITABLE',
      `cannot prepare ${folder}: ${codeOf(cause)}`,
      'Name a folder of your own with --data.',
      { cause },
    )
  }
  return folder
}

/** As `tapmesh join-token` asks for one. */
async function joinToken(mesh: Mesh, service: string, tap: string): Promise<string> {
  const ask = { service, tap, reason: 'a tap of the demo', actor: 'demo' }
  return (await createApi(mesh.apiUrl).send<JoinTokenAnswer>('POST', '/api/v1/join-tokens', ask, mesh.token))
    .token
}

/** @throws TapmeshError as openMesh and startFleet; nothing stays running then */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { home, onStep, onNote } = options
  await refuseSecond(home)
  const folder = prepareFolder(home, options.fresh)
  if (!existsSync(options.tapProgram)) {
    throw new TapmeshError(
      'TAPMESH_SETUP_FAILED',
      `the single-file tap is missing at ${options.tapProgram}`,
      'Build it with "npm run build".',
    )
  }
  const { slos } = await loadMeshFile(join(import.meta.dirname, 'mesh.yaml'))
  onStep('collector, store, API and UI')
  const mesh = await openMesh({
    home: folder,
    host: '127.0.0.1',
    port: await choosePort(options.port, API_PORT, onNote),
    collectorPort: await choosePort(options.collectorPort, COLLECTOR_PORT, onNote),
    allowedHosts: [],
    clickhouseUrl: undefined,
    tokenFile: undefined,
    retention: { days: undefined, gigabytes: 2 },
    slos,
    onWarning: onNote,
  })
  try {
    onStep('nine services in two regions, and the world outside')
    const fleet = await startFleet(
      {
        home: folder,
        collector: mesh.collectorUrl,
        tokenFile: mesh.tokenFile,
        tapProgram: options.tapProgram,
        joinToken: (service, tap) => joinToken(mesh, service, tap),
        onUnexpectedEnd: (name, how, log) => onNote(`${name} ended by itself (${how}); see ${log}`),
      },
      () => onStep('a tap process for every service'),
    )
    const remote = await openRemote(fleet, mesh.token)
    const note: NoteOfDemo = {
      pid: process.pid,
      api: mesh.apiUrl,
      collector: mesh.collectorUrl,
      remote: remote.address,
      pids: fleet.children.map((child) => child.pid),
    }
    writeFileSync(noteFile(folder), JSON.stringify(note))
    writeFileSync(join(folder, SCRAPE_FILE), JSON.stringify([{ targets: fleet.admins }]))
    return {
      mesh,
      fleet,
      since: new Date(),
      async stop() {
        remote.close()
        await fleet.stop()
        await mesh.close()
        rmSync(noteFile(folder), { force: true })
      },
    }
  } catch (error) {
    await mesh.close()
    throw error
  }
}
