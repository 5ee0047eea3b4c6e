import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, getJson } from './api.ts'

/** What is known of something asked from the API: the last good answer stays while a newer one fails. */
export interface Resource<T> {
  data: T | undefined
  error: ApiError | undefined
  loading: boolean
  /** When the data arrived, milliseconds. */
  at: number
}

const NOTHING = { data: undefined, error: undefined, loading: true, at: 0 }

/** Milliseconds between two questions for a window that follows the clock. */
const AGAIN_MS = 5000

/** A window hardly changes in a two hundred and fortieth of its length. */
const PARTS = 240
const AGAIN_MS_MAX = 60_000
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds between two questions for the window in an address: a week is dearer to read than a minute. */
export function paceOf(address: string): number {
  const [, count, unit] = /[?&]from=now-(\d+)([smhd])/.exec(address) ?? []
  const window_ms = Number(count ?? 0) * (UNIT_MS[unit ?? ''] ?? 0)
  return Math.min(AGAIN_MS_MAX, Math.max(AGAIN_MS, window_ms / PARTS))
}

/** Bumped to ask everything again at once, by the Retry buttons. */
export const again = signal(0)

/**
 * Asks `address` now, on every change of it, and every few seconds while `follows` or while nobody answers.
 * An answer for another address is dropped; undefined asks nothing.
 * @param again_ms between two questions, see `paceOf`
 */
export function useResource<T>(
  address: string | undefined,
  follows: boolean,
  again_ms: number = AGAIN_MS,
): Resource<T> {
  const [state, setState] = useState<Resource<T>>(NOTHING)
  const shown = useRef<string | undefined>(undefined)
  const turn = again.value
  useEffect(() => {
    if (address === undefined) return
    const stop = new AbortController()
    let timer = 0
    if (shown.current !== address) setState(NOTHING)
    shown.current = address
    const ask = async () => {
      let failed = false
      try {
        const data = await getJson<T>(address, stop.signal)
        setState({ data, error: undefined, loading: false, at: Date.now() })
      } catch (error) {
        if (stop.signal.aborted) return
        const known =
          error instanceof ApiError ? error : new ApiError(0, 'TAPMESH_INTERNAL', String(error), '')
        setState((before) => ({ ...before, error: known, loading: false }))
        // Nobody answered, or the store was away: that passes. A question that is wrong stays wrong.
        failed = known.status === 0 || known.status >= 500
      }
      const wait_ms = failed ? AGAIN_MS : again_ms
      if ((follows || failed) && !stop.signal.aborted) timer = window.setTimeout(whenSeen, wait_ms)
    }
    const whenSeen = () => {
      if (document.hidden) timer = window.setTimeout(whenSeen, AGAIN_MS)
      else void ask()
    }
    void ask()
    return () => {
      stop.abort()
      window.clearTimeout(timer)
    }
  }, [address, follows, again_ms, turn])
  return state
}
