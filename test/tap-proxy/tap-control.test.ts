import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../../tap-proxy/config/assemble.ts'
import type { TapDocument } from '../../tap-proxy/config/document.ts'
import type { StateAbout } from '../../tap-proxy/control/state-in-force.ts'
import type { TapControlEvents } from '../../tap-proxy/tap-control.ts'
import { TapControl } from '../../tap-proxy/tap-control.ts'
import { DRY_RUN, stateOf } from './control/state.ts'
import { until } from './support/stub-collector.ts'
import { serve, stubControl } from './support/stub-control.ts'

const any = { host: '127.0.0.1', port: 0 }
const settingsOf = (collector: string | undefined, more: Partial<TapDocument> = {}) =>
  assemble({
    service: 'orders',
    outbound: [{ listen: any, to: [{ host: '127.0.0.1', port: 1 }], service: 'cart' }],
    ...(collector === undefined ? {} : { collector: { url: collector } }),
    ...more,
  })

let folder: string
const open: TapControl[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-control-'))
})
afterEach(async () => {
  for (const control of open.splice(0)) await control.stop()
})
afterAll(() => rm(folder, { recursive: true }))

function controlOf(settings: ReturnType<typeof settingsOf>) {
  const taken: StateAbout[] = []
  const bypasses: string[] = []
  const met: string[] = []
  let loads = 0
  const quiet = () => {}
  const events: TapControlEvents = {
    controlLost: quiet,
    controlBack: quiet,
    controlForbidden: quiet,
    stateTaken: quiet,
    stateRefused: quiet,
    stateNotKept: quiet,
    keptStateUnused: quiet,
    servicesLeftOut: quiet,
    featuresLapsed: quiet,
    clockBehind: quiet,
    bypassChanged: (by) => bypasses.push(by.join('+')),
  }
  const control = new TapControl(settings, {
    events,
    onFault: (error) => {
      throw error
    },
    loadTaker: async () => {
      loads++
      return (_, about) => taken.push(about)
    },
    services: () => met,
    verdicts: () => undefined,
  })
  open.push(control)
  return { control, taken, bypasses, met, loads: () => loads }
}

test.each([
  ['without a collector', settingsOf(undefined)],
  ['with control switched off', settingsOf('http://127.0.0.1:1', { control: { enabled: false } })],
])('%s nothing is loaded, asked or told, and the switch is there', async (_name, settings) => {
  const { control, bypasses, loads } = controlOf(settings)
  await control.restore()
  expect([await control.apply(settings), await control.apply(settings)]).toEqual([[], []])
  control.switch.toggle()
  expect([loads(), control.figures, bypasses, control.bypassedBy]).toEqual([0, undefined, ['hand'], ['hand']])
})

test('asks about its own service, its destinations and those that were called', async () => {
  const peer = await stubControl(serve(stateOf(DRY_RUN)))
  const settings = settingsOf(peer.url)
  const { control, taken, met } = controlOf(settings)
  met.push('recommendation', 'cart')
  await control.apply(settings)
  await until('the state', () => taken.length === 1)
  expect(peer.pulls[0]!.services).toEqual(['orders', 'cart', 'recommendation'])
  expect(control.figures).toMatchObject({ revision: '0a1b2c3d.7', ignored: 0, nacks: 0, pulls: { state: 1 } })
  await control.stop()
  await peer.close()
})

test('the switch stands before the first state comes, and control bypasses besides', async () => {
  const file = join(folder, 'bypass')
  await writeFile(file, '')
  const peer = await stubControl(serve(stateOf(DRY_RUN, { bypass: true })))
  const settings = settingsOf(peer.url, { control: { bypassFile: file } })
  const { control, taken } = controlOf(settings)
  expect(control.bypassedBy).toEqual(['file'])
  await control.apply(settings)
  await until('the state', () => taken.length === 1)
  expect(taken[0]).toEqual({ revision: '0a1b2c3d.7', bypass: true })
  expect(control.bypassedBy).toEqual(['file', 'control'])
  await control.stop()
  await peer.close()
})

test('a reload changes control, keeps what is in force until it answers, and takes it away with the collector', async () => {
  const one = await stubControl(serve(stateOf(DRY_RUN)))
  const two = await stubControl(serve(stateOf(DRY_RUN, { revision: 'ffff0000.1' })))
  const { control, taken } = controlOf(settingsOf(one.url))
  await control.apply(settingsOf(one.url))
  await until('the first', () => taken.length === 1)
  expect(await control.apply(settingsOf('http://127.0.0.1:1'))).toEqual(['control'])
  expect([taken.length, control.figures?.revision]).toEqual([1, '0a1b2c3d.7'])
  expect(await control.apply(settingsOf(two.url))).toEqual(['control'])
  await until('the second', () => control.figures?.revision === 'ffff0000.1')
  expect(await control.apply(settingsOf(two.url))).toEqual([])
  expect(await control.apply(settingsOf(undefined))).toEqual(['control'])
  expect(taken.map(({ revision }) => revision)).toEqual(['0a1b2c3d.7', 'ffff0000.1', ''])
  await one.close()
  await two.close()
})

test('a bypass file that the settings no longer name lets go', async () => {
  const file = join(folder, 'other')
  await writeFile(file, '')
  const { control, bypasses } = controlOf(settingsOf(undefined, { control: { bypassFile: file } }))
  await control.apply(settingsOf(undefined))
  expect([control.switch.isOn, bypasses]).toEqual([false, ['file', '']])
})
