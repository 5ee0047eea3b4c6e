import { Control } from '../../control/control.ts'
import { RolloutDriver } from '../../control/rollout-driver.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../support/mesh.ts'
import { policyText } from '../support/policy.ts'

/** Two collectors of one store: what one puts back, the other tells its taps with the same revision. */
test('a rollback reaches the taps of the other collector', async () => {
  const store = await openTestStore()
  const now = { us: NOW }
  const open = async (follow_ms: number | undefined) => {
    const control = await Control.open({ store, now: () => now.us / 1000, follow_ms })
    const rollouts = new RolloutDriver({ store, now: () => now.us, onFault: () => {} })
    await rollouts.open()
    control.useOverlay(rollouts)
    rollouts.start(control)
    return { control, rollouts }
  }
  const one = await open(undefined)
  await one.control.set({
    document: policyText('  cart: { timeouts: { mode: enforce, percent: 20, request: 100ms } }\n'),
    reason: 'try',
  })
  const other = await open(20)
  try {
    expect(other.control.stateFor(['cart']).services['cart']?.features.timeouts).toMatchObject({
      mode: 'enforce',
    })
    await one.rollouts.look()
    for (let look = 0; look < 2; look++) {
      now.us += 10 * SECOND
      await insertCalls(
        store,
        Array.from({ length: 200 }, (_, index) => ({
          ...{ ts: now.us - 5 * SECOND + index, reporter: 'client' as const },
          outcome: index % 2 ? ('ok' as const) : ('timeout' as const),
          verdicts: [`timeouts=pass;cohort=${index % 2 ? 'control' : 'treated'}`],
        })),
      )
      await one.rollouts.look()
    }
    const { revision } = one.control
    const gone = new AbortController()
    while (other.control.revision !== revision) await other.control.waiting.wait(1000, gone.signal)
    expect(other.control.stateFor(['cart']).services['cart']?.features.timeouts).toMatchObject({
      mode: 'dry-run',
    })
    expect((await one.control.audit(1)).entries).toMatchObject([
      { action: 'rollback', auto: true, reason: expect.stringContaining('of 200 treated calls failed') },
    ])
  } finally {
    for (const { control, rollouts } of [one, other]) {
      await rollouts.close()
      await control.close()
    }
    await store.remove()
  }
})
