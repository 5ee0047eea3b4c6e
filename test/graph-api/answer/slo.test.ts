import { Slos, withSlo } from '../../../graph-api/answer/slo.ts'
import type { GraphAnswer, ServiceAnswer, ServicesAnswer, SlosAnswer } from '../../../graph-api/contract.ts'
import { slosAnswer } from '../../../graph-api/schema/slo.ts'
import type { Slo } from '../../../model/slo.ts'
import { EMPTY_STORE, insertCalls, NOW, openTestStore, SECOND, serveApi } from '../../support/mesh.ts'
import { shopCalls } from '../../support/shop-calls.ts'

const availability = (service: string, objective: number): Slo => ({
  service,
  sli: 'availability',
  objective,
  threshold_us: 0,
  window_s: 86_400,
})
const SLOS: Slo[] = [
  availability('recommendation', 0.999),
  availability('purchase-history', 0.9),
  { service: 'purchase-history', sli: 'latency', objective: 0.5, threshold_us: 1_000_000, window_s: 86_400 },
  availability('cart', 0.5),
]

test('the graph shows the objective that is worst off at its node, the others have none', async () => {
  const store = await openTestStore()
  await insertCalls(store, shopCalls())
  const served = await serveApi(store, { slos: SLOS })
  try {
    const { body } = await served.get<GraphAnswer>('/api/v1/graph')
    const slos = Object.fromEntries(body.nodes.map(({ id, slo }) => [id, slo?.state]))
    expect(slos).toEqual({
      '10.0.0.99': undefined,
      'api.shipping.example': undefined,
      browser: undefined,
      cart: 'ok',
      'purchase-history': 'exhausted',
      recommendation: 'ok',
      'web-api': undefined,
    })
    expect(body.nodes.find(({ id }) => id === 'purchase-history')!.slo).toMatchObject({ objective: 0.9 })
    const { body: services } = await served.get<ServicesAnswer>('/api/v1/services')
    expect(services.services).toEqual(body.nodes)
    const { body: service } = await served.get<ServiceAnswer>('/api/v1/services/cart')
    expect(service.service.slo).toMatchObject({ objective: 0.5, state: 'ok' })
    const { body: answer } = await served.get<SlosAnswer>('/api/v1/slos')
    expect(slosAnswer.parse(answer)).toEqual(answer)
    expect(answer.slos.map(({ service, state }) => [service, state])).toEqual([
      ['purchase-history', 'exhausted'],
      ['cart', 'ok'],
      ['recommendation', 'ok'],
      ['purchase-history', 'ok'],
    ])
    const { body: before } = await served.get<SlosAnswer>('/api/v1/slos?at=now-2d')
    expect(before.slos.map(({ calls }) => calls)).toEqual([0, 0, 0, 0])
    expect((await served.get('/api/v1/slos?at=soon')).status).toBe(400)
    expect((await served.get('/api/v1/slos?form=now')).status).toBe(400)
  } finally {
    await served.close()
    await store.remove()
  }
})

test('a moment is asked for once in ten seconds, a failure again', async () => {
  let asked = 0
  let broken = true
  const store = {
    ...EMPTY_STORE,
    read: async () => {
      asked += 1
      if (broken) throw new Error('down')
      return []
    },
  }
  const slos = new Slos(store, [availability('a', 0.9)])
  const step = Math.ceil(NOW / (10 * SECOND)) * 10 * SECOND
  await expect(slos.at(step, step)).rejects.toThrow('down')
  broken = false
  asked = 0
  await slos.at(step, step)
  const once = asked
  expect(once).toBeGreaterThan(0)
  await Promise.all([slos.at(step + SECOND, step + SECOND), slos.at(step + 9 * SECOND, step + 9 * SECOND)])
  expect(asked).toBe(once)
  await slos.at(step + 10 * SECOND, step + 10 * SECOND)
  expect(asked).toBe(2 * once)
  for (let moment = 0; moment < 64; moment++) await slos.at(moment * 10 * SECOND, step)
  asked = 0
  await slos.at(step, step)
  expect(asked).toBe(once)
})

test('without objectives nodes stay as they are', async () => {
  const node = { id: 'a' } as unknown as GraphAnswer['nodes'][number]
  expect(withSlo([node], await new Slos(EMPTY_STORE, []).at(NOW, NOW))).toEqual([{ id: 'a' }])
})
