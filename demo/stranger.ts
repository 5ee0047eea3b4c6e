import { call } from './call.ts'
import type { Ledger } from './ledger.ts'
import type { Visitor } from './load.ts'
import { canBind } from './loopback.ts'
import { type Stranger, serviceOf } from './shop.ts'

/** Calls a service's tap at `door` directly, on a new connection each time, without a name. */
export async function startStranger(stranger: Stranger, door: string, ledger: Ledger): Promise<Visitor> {
  const { address, instance, path, period_ms } = stranger
  const own = await canBind(address)
  const source = own ? address : '127.0.0.1'
  let made = 0
  let going: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    made += 1
    ledger.note(source, serviceOf(instance))
    going = call(`${door}${path}`, own ? { localAddress: address } : {}).catch(() => undefined)
  }, period_ms)
  return {
    made: () => made,
    async end() {
      clearInterval(timer)
      await going
    },
  }
}
