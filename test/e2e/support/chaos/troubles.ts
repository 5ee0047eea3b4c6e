import { setTimeout as pause } from 'node:timers/promises'
import { seeded } from '../../../../loadtest/bench/traffic/random.ts'
import type { ChaosMesh } from './mesh.ts'
import { CHANGED, NOTHING, POLICY, REFUSED, REHEARSED } from './policy.ts'

/** What happens to the mesh while calls go on, one trouble after the other, in an order of the seed. */

type Trouble = (mesh: ChaosMesh, random: () => number) => Promise<void>

const JSON_TYPE = { 'content-type': 'application/json' }

async function control(mesh: ChaosMesh, method: string, path: string, body: object): Promise<Response> {
  return fetch(`${mesh.api}/api/v1/config${path}`, {
    method,
    headers: { ...JSON_TYPE, authorization: `Bearer ${mesh.token}` },
    body: JSON.stringify({ reason: 'a trouble', ...body }),
  })
}

/** A change that control has to take. */
export async function change(mesh: ChaosMesh, method: string, path: string, body: object): Promise<void> {
  const answer = await control(mesh, method, path, body)
  if (answer.status !== 200) throw new Error(`control refused ${path}: ${await answer.text()}`)
}

const pick = <One>(list: readonly One[], random: () => number): One =>
  list[Math.floor(random() * list.length)]!
const whole = (most: number, random: () => number) => 1 + Math.floor(random() * most)
const edit = (mesh: ChaosMesh, feature: string, set: object) =>
  change(mesh, 'POST', '/edit', { service: 'cart', feature, set })

export const TROUBLES: Readonly<Record<string, Trouble>> = {
  async 'control killed'(mesh, random) {
    mesh.up.process.kill('SIGKILL')
    await mesh.up.ended()
    await pause(random() * 1000)
    await mesh.startUp()
  },
  async 'collector stopped'(mesh, random) {
    mesh.up.process.kill('SIGSTOP')
    await pause(300 + random() * 1500)
    mesh.up.process.kill('SIGCONT')
  },
  async 'percent flaps'(mesh, random) {
    const feature = pick(CHANGED, random)
    for (let turn = 0; turn < 6; turn++) await edit(mesh, feature, { percent: whole(100, random) })
    await edit(mesh, feature, { percent: null })
  },
  async 'modes switch'(mesh, random) {
    for (const mode of ['dry-run', 'disabled', 'enforce']) {
      for (const feature of [pick(CHANGED, random), pick(CHANGED, random)])
        await edit(mesh, feature, { mode })
      await pause(random() * 300)
    }
    await change(mesh, 'PUT', '', { document: POLICY })
  },
  // Taps take calls up and let them go, each at its own moment, between two calls of a connection.
  async 'policy switches'(mesh, random) {
    for (let turn = 0; turn < 6; turn++) {
      const document = pick([NOTHING, REHEARSED, POLICY], random)
      await change(mesh, 'PUT', '', { document })
      await pause(random() * 400)
    }
    await change(mesh, 'PUT', '', { document: POLICY })
  },
  async 'limits change'(mesh, random) {
    await edit(mesh, 'connectionPool', { maxConnections: whole(4, random) })
    await edit(mesh, 'timeouts', { request: `${100 + whole(800, random)}ms`, backendRequest: '80ms' })
    await pause(500)
    await change(mesh, 'PUT', '', { document: POLICY })
  },
  async 'bad documents'(mesh) {
    for (const document of REFUSED) {
      const { status } = await control(mesh, 'PUT', '', { document })
      if (status < 400 || status >= 500) throw new Error(`a bad document was answered ${status}`)
    }
  },
  async 'taps reload'(mesh) {
    await mesh.rewriteShop()
    for (const tap of mesh.taps) tap.child.kill('SIGHUP')
  },
  async 'mesh bypassed'(mesh, random) {
    await change(mesh, 'POST', '/bypass', { on: true })
    await pause(random() * 800)
    await change(mesh, 'POST', '/bypass', { on: false })
  },
  async 'tap bypassed'(mesh, random) {
    const { child } = pick(mesh.taps, random)
    child.kill('SIGUSR2')
    await pause(random() * 800)
    child.kill('SIGUSR2')
  },
  async 'service lost'(mesh, random) {
    const at = Math.floor(random() * mesh.backends)
    await mesh.loseBackend(at, () => pause(300 + random() * 1500))
  },
  async 'zone lost'(mesh) {
    await mesh.loseBackend(0, () => mesh.loseBackend(1, () => pause(1500)))
  },
}

/** Every trouble at least once, then again in another order, until the time is over. @returns how often each came */
export async function makeTrouble(mesh: ChaosMesh, seconds: number): Promise<Record<string, number>> {
  const random = seeded(mesh.seed)
  const counts: Record<string, number> = {}
  const end = performance.now() + seconds * 1000
  do {
    const deck = Object.entries(TROUBLES).map(([name, trouble]) => ({ name, trouble, place: random() }))
    deck.sort((one, other) => one.place - other.place)
    for (const { name, trouble } of deck) {
      await trouble(mesh, random)
      counts[name] = (counts[name] ?? 0) + 1
      await pause(random() * 500)
    }
  } while (performance.now() < end)
  return counts
}
