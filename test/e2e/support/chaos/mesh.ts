import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { freePort } from '../../../../loadtest/bench/process/ports.ts'
import { startTapmesh, type TapmeshProcess } from '../../../support/tapmesh-process.ts'
import { until } from '../../../tap-proxy/support/stub-collector.ts'
import { startTapProcess, type TapProcess } from '../tap-process.ts'
import { now_us } from './callers.ts'
import { type Gap, type ReceivedCall, readReceipts } from './entries.ts'

/**
 * The mesh of the run: `tapmesh up`, three services by the script of faults, a tap before each, and a
 * tap behind the callers. All are processes, and all but the taps may go and come back.
 */

const BACKEND = join(import.meta.dirname, 'backend.ts')
const ZONES = ['east', 'east', 'west']

export class ChaosMesh {
  readonly folder: string
  readonly seed: number
  readonly gaps: Gap[] = []
  up!: TapmeshProcess
  api = ''
  token = ''
  /** Behind the callers, then one before each service. */
  taps: TapProcess[] = []
  readonly #backends: ChildProcess[] = []
  readonly #ports: number[] = []
  #upPorts: [api: number, collector: number] = [0, 0]

  private constructor(folder: string, seed: number) {
    this.folder = folder
    this.seed = seed
  }

  static async start(seed: number): Promise<ChaosMesh> {
    const mesh = new ChaosMesh(await mkdtemp(join(tmpdir(), 'tapmesh-chaos-')), seed)
    for (const _ of ZONES) mesh.#ports.push(await freePort())
    await Promise.all(ZONES.map((_, at) => mesh.#startBackend(at)))
    mesh.#upPorts = [await freePort(), await freePort()]
    await mesh.startUp()
    mesh.token = (await readFile(mesh.#tokenFile, 'utf8')).trim()
    const inbound = await Promise.all(ZONES.map((zone, at) => mesh.#startInbound(zone, at)))
    const to = inbound.map((tap, at) => ({
      address: `127.0.0.1:${tap.port('inbound cart')}`,
      zone: ZONES[at],
    }))
    const shop = await mesh.#startTap('shop', {
      service: 'shop',
      outbound: [{ listen: 0, service: 'cart', to }],
    })
    mesh.taps = [shop, ...inbound]
    return mesh
  }

  get #tokenFile(): string {
    return join(this.folder, 'mesh', 'token')
  }

  async startUp(): Promise<void> {
    const [api, collector] = this.#upPorts.map(String)
    this.up = startTapmesh([
      'up',
      '--data',
      join(this.folder, 'mesh'),
      '--port',
      api!,
      '--collector-port',
      collector!,
    ])
    this.api = (await this.up.said(/^listening api (\S+)$/m))[1]!
  }

  async #startTap(name: string, more: object): Promise<TapProcess> {
    const file = join(this.folder, `${name}.yaml`)
    const collector = {
      url: `http://127.0.0.1:${this.#upPorts[1]}`,
      tokenFile: this.#tokenFile,
      flush: '100ms',
    }
    const control = { stateDir: join(this.folder, 'state') }
    await writeFile(file, stringify({ tap: name, admin: { port: 0 }, collector, control, ...more }))
    return startTapProcess(['--config', file])
  }

  /** Rewrites the file of the callers' tap: torn, then with its addresses in another order. */
  async rewriteShop(): Promise<void> {
    const file = join(this.folder, 'shop.yaml')
    const text = await readFile(file, 'utf8')
    const settings = parse(text)
    const { child } = this.taps[0]!
    await writeFile(file, `${text.slice(0, text.length >> 1)}\n: [`)
    child.kill('SIGHUP')
    await until('the torn file to be refused', () => this.taps[0]!.stderr().includes(`${file}:`))
    settings.outbound[0].to.push(settings.outbound[0].to.shift())
    await writeFile(file, stringify(settings))
    child.kill('SIGHUP')
  }

  #startInbound(zone: string, at: number): Promise<TapProcess> {
    const inbound = [{ listen: 0, to: `127.0.0.1:${this.#ports[at]}` }]
    return this.#startTap(`cart-${at}`, { service: 'cart', zone, inbound })
  }

  #receipts(at: number): string {
    return join(this.folder, `backend-${at}.log`)
  }

  async #startBackend(at: number): Promise<void> {
    const words = [BACKEND, String(this.#ports[at]), this.#receipts(at), String(this.seed)]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#backends[at] = child
    await once(child.stdout!, 'data')
  }

  /** One service is gone for as long as `meanwhile` takes. */
  async loseBackend(at: number, meanwhile: () => Promise<void>): Promise<void> {
    const gap = { from_us: now_us(), to_us: Number.POSITIVE_INFINITY }
    this.gaps.push(gap)
    const child = this.#backends[at]!
    child.kill('SIGKILL')
    await once(child, 'exit')
    await meanwhile()
    await this.#startBackend(at)
    gap.to_us = now_us()
  }

  get backends(): number {
    return this.#backends.length
  }

  async received(): Promise<ReceivedCall[]> {
    const texts = await Promise.all(this.#backends.map((_, at) => readFile(this.#receipts(at), 'utf8')))
    return texts.flatMap(readReceipts)
  }

  /** Ends everything but the folder, taps first, so that they can ship what they have. @returns how taps ended */
  async end(): Promise<(number | string)[]> {
    const ends = await Promise.all(this.taps.map((tap) => tap.stop()))
    this.taps = []
    if (this.up) {
      this.up.process.kill('SIGCONT')
      this.up.process.kill('SIGTERM')
      await this.up.ended(60_000)
    }
    for (const child of this.#backends) child.kill('SIGTERM')
    return ends
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
