import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Child } from './child.ts'
import { startChild } from './child.ts'
import type { Counts } from './ledger.ts'
import { sumCounts } from './ledger.ts'
import type { Routes } from './message.ts'
import type { Instance } from './shop.ts'
import { EXTERNAL, instances, waves } from './shop.ts'
import { listenerName, tapFile } from './tap-file.ts'

/** The demo's programs: two regions of services, the world outside, and one tap process for each instance. */

export interface FleetOptions {
  /** Folder for tap files and logs. */
  home: string
  collector: string
  tokenFile: string
  /** Path of the single-file tap. */
  tapProgram: string
  /** Admits the tap of a service to the mesh's own CA: one use. */
  joinToken(service: string, tap: string): Promise<string>
  onUnexpectedEnd(name: string, how: string, log: string): void
}

export interface Fleet {
  readonly children: readonly Child[]
  /** Address of the inbound tap of each instance. */
  readonly doors: Readonly<Routes>
  /** Where each tap tells its metrics, `host:port`. */
  readonly admins: readonly string[]
  startLoad(rate: number): void
  /** Takes the server of an instance away, or brings it back; its tap stays. False where the shop has no such instance. */
  stand(instance: string, up: boolean): Promise<boolean>
  /** Ends the load, waits for the last call, and gives what all callers counted. */
  endLoad(): Promise<Counts>
  /** Ends every program: taps first, so that they ship what they hold while the collector lives. */
  stop(): Promise<void>
}

const PROGRAMS = {
  eu: ['region-program.ts', 'eu'],
  us: ['region-program.ts', 'us'],
  outside: ['outside-program.ts'],
} as const

type ProgramName = keyof typeof PROGRAMS

/** What has been started so far; a failure in between leaves nothing running. */
interface Started {
  programs: Map<ProgramName, Child>
  taps: Child[]
  admins: string[]
}

async function startPrograms(options: FleetOptions, started: Started): Promise<Record<string, number>> {
  for (const [name, [file, ...args]] of Object.entries(PROGRAMS)) {
    started.programs.set(
      name as ProgramName,
      startChild({
        name,
        args: [join(import.meta.dirname, file), ...args],
        log: join(options.home, 'logs', `${name}.log`),
        onUnexpectedEnd: options.onUnexpectedEnd,
      }),
    )
  }
  const ready = await Promise.all([...started.programs.values()].map((program) => program.answer('ready')))
  return Object.assign({}, ...ready.map(({ ports }) => ports))
}

/** Starts the tap of one instance and tells the service where its outbound listeners are. */
async function startTap(
  options: FleetOptions,
  instance: Instance,
  servicePort: number,
  doors: Routes,
  started: Started,
): Promise<void> {
  const file = join(options.home, 'taps', `${instance.id}.yaml`)
  const { collector, tokenFile } = options
  const stateDir = join(options.home, 'taps', 'state')
  writeFileSync(file, tapFile({ instance, servicePort, doors, collector, tokenFile, stateDir }))
  const tap = startChild({
    name: `tap ${instance.id}`,
    args: [options.tapProgram, '--config', file],
    environment: { TAPMESH_JOIN_TOKEN: await options.joinToken(instance.service.name, instance.id) },
    log: join(options.home, 'logs', `tap-${instance.id}.log`),
    onUnexpectedEnd: options.onUnexpectedEnd,
  })
  started.taps.push(tap)
  const { service } = instance
  const door = await tap.line(/^listening inbound \S+ (?:http:\/\/)?(\S+:\d+)/)
  doors[instance.id] = `http://${door[1]}`
  started.admins.push((await tap.line(/^listening admin http:\/\/(\S+)/))[1]!)
  const routes: Routes = {}
  for (const name of service.calls) {
    const outbound = await tap.line(
      new RegExp(`^listening outbound ${listenerName(name)} (?:http://)?(\\S+:\\d+)`),
    )
    routes[name] = `http://${outbound[1]}`
  }
  started.programs.get(instance.region)!.send({ kind: 'routes', instance: instance.id, routes })
}

async function stopAll({ programs, taps }: Started): Promise<void> {
  await Promise.all(taps.map((tap) => tap.stop()))
  await Promise.all([...programs.values()].map((program) => program.stop()))
}

/** @throws TapmeshError TAPMESH_SETUP_FAILED when a program does not come up; then all are ended again */
export async function startFleet(
  options: FleetOptions,
  onTaps: () => void = () => undefined,
): Promise<Fleet> {
  mkdirSync(join(options.home, 'taps'), { recursive: true })
  const started: Started = { programs: new Map(), taps: [], admins: [] }
  const doors: Routes = {}
  try {
    const ports = await startPrograms(options, started)
    doors[EXTERNAL] = `http://127.0.0.1:${ports[EXTERNAL]}`
    onTaps()
    for (const wave of waves()) {
      await Promise.all(wave.map((each) => startTap(options, each, ports[each.id]!, doors, started)))
    }
  } catch (error) {
    await stopAll(started)
    throw error
  }
  const outside = started.programs.get('outside')!
  return {
    children: [...started.programs.values(), ...started.taps],
    doors,
    admins: started.admins,
    startLoad: (rate) => outside.send({ kind: 'load', doors, rate }),
    async stand(instance, up) {
      const found = instances().find(({ id }) => id === instance)
      if (found === undefined) return false
      const program = started.programs.get(found.region)!
      const answer = program.answer('standing')
      program.send({ kind: 'stand', instance, up })
      await answer
      return true
    },
    async endLoad() {
      outside.send({ kind: 'end-load' })
      const parts = [(await outside.answer('counts')).counts]
      for (const region of ['eu', 'us'] as const) {
        const program = started.programs.get(region)!
        program.send({ kind: 'count' })
        parts.push((await program.answer('counts')).counts)
      }
      return sumCounts(parts)
    },
    stop: () => stopAll(started),
  }
}
