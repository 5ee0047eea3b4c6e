import type { Store } from '../../store/store.ts'
import { insertCalls, openTestStore, type Served, serveApi } from './mesh.ts'
import { shopCalls } from './shop-calls.ts'

/** The shop's calls in a real store, and the API over it: there from the first test of a file to its last. */
export interface ShopMesh {
  readonly store: Store
  readonly served: Served
}

/** Called beside the tests of a file; what it gives is there once they run. */
export function shopMesh(): ShopMesh {
  const mesh = {} as { store: Awaited<ReturnType<typeof openTestStore>>; served: Served }
  beforeAll(async () => {
    mesh.store = await openTestStore()
    await insertCalls(mesh.store, shopCalls())
    mesh.served = await serveApi(mesh.store)
  })
  afterAll(async () => {
    await mesh.served.close()
    await mesh.store.remove()
  })
  return mesh
}
