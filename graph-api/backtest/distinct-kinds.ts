import { TapmeshError } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'
import { KINDS_MAX, type Kind, readKinds } from './kind.ts'
import type { Piece, Scope } from './scope.ts'
import type { Shape } from './shape.ts'

/** The kinds of a whole window, each with a number of its own that the store gives to every call of it. */

/** Two of 200 thousand kinds share 32 bits now and then; another seed parts them. */
const SEEDS_MAX = 8

interface Distinct {
  kinds: Kind[]
  seed: number
}

interface Pieces {
  /** The first one tried. */
  seed: number
  pieces: readonly Piece[]
  signal: AbortSignal | undefined
}

/** @returns undefined where two kinds have the same number */
async function kindsWith(
  store: Store,
  scope: Scope,
  shape: Shape,
  seed: number,
  { pieces, signal }: Pieces,
): Promise<Kind[] | undefined> {
  const found = new Map<number, Kind>()
  for (const span of pieces) {
    signal?.throwIfAborted()
    for (const kind of await readKinds(store, { scope, shape, span, step_us: 0, seed })) {
      const known = found.get(kind.hash)
      if (known === undefined) {
        if (found.size < KINDS_MAX) found.set(kind.hash, kind)
      } else if (known.key === kind.key) known.calls += kind.calls
      else return undefined
    }
  }
  return [...found.values()]
}

/**
 * Kinds past KINDS_MAX are left out; their calls are not judged.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE; the reason of `signal` once it is aborted
 */
export async function distinctKinds(
  store: Store,
  scope: Scope,
  shape: Shape,
  pieces: Pieces,
): Promise<Distinct> {
  for (let seed = pieces.seed; seed < pieces.seed + SEEDS_MAX; seed++) {
    const kinds = await kindsWith(store, scope, shape, seed, pieces)
    if (kinds !== undefined) return { kinds, seed }
  }
  throw new TapmeshError(
    'TAPMESH_INTERNAL',
    'kinds of calls could not be told apart',
    'Ask for a shorter window, or for fewer services at a time.',
  )
}
